// What each failure of the client means to the person at the workstation, in the languages other than English.
//
// In English a failure's own message is shown, which names hosts, paths and numbers. The engine and the server write
// English alone, so that in another language the failure's code chooses the sentence, and what support needs beside it
// follows in brackets.
import { codesOf, problemOf, type ClientError, type ClientErrorCode } from '../../client-error.ts';
import { displayLine } from '../display-text.ts';
import type { Language } from './language.ts';

type Sentences = readonly [ptBR: string, es: string];

const sentences: Readonly<Record<ClientErrorCode, Sentences>> = {
  'usage.wrong': [
    'O comando que inicia o Usher não está correto. Avise seu administrador.',
    'La orden que inicia Usher no es correcta. Avise a su administrador.',
  ],
  'state.unusable': [
    'Os arquivos do Usher nesta máquina não podem ser usados. Avise seu administrador.',
    'Los archivos de Usher en este equipo no se pueden usar. Avise a su administrador.',
  ],
  'state.busy': [
    'O Usher já está em uso nesta máquina. Tente de novo em instantes.',
    'Usher ya está en uso en este equipo. Inténtelo de nuevo en un momento.',
  ],
  'server.unreachable': [
    'O servidor não pode ser alcançado. Verifique a rede e tente de novo.',
    'No se puede acceder al servidor. Compruebe la red e inténtelo de nuevo.',
  ],
  'server.timed-out': [
    'O servidor não respondeu a tempo. Tente de novo mais tarde.',
    'El servidor no respondió a tiempo. Inténtelo de nuevo más tarde.',
  ],
  'server.insecure': [
    'O endereço do servidor não é seguro (https). Avise seu administrador.',
    'La dirección del servidor no es segura (https). Avise a su administrador.',
  ],
  'server.redirected': [
    'O servidor apontou para outro endereço, que não é seguido. Avise seu administrador.',
    'El servidor remitió a otra dirección, que no se sigue. Avise a su administrador.',
  ],
  'server.untrusted': [
    'O certificado do servidor não é confiável. Avise seu administrador.',
    'El certificado del servidor no es de confianza. Avise a su administrador.',
  ],
  'proxy.failed': [
    'O proxy não leva ao servidor. Avise seu administrador.',
    'El proxy no lleva al servidor. Avise a su administrador.',
  ],
  'server.too-large': [
    'A resposta do servidor é longa demais. Avise seu administrador.',
    'La respuesta del servidor es demasiado larga. Avise a su administrador.',
  ],
  'server.not-understood': [
    'A resposta do servidor não foi compreendida. Avise seu administrador.',
    'No se entendió la respuesta del servidor. Avise a su administrador.',
  ],
  'server.problem': [
    'O servidor recusou o pedido. Avise seu administrador.',
    'El servidor rechazó la solicitud. Avise a su administrador.',
  ],
  'server.busy': [
    'O servidor está ocupado. Tente de novo mais tarde.',
    'El servidor está ocupado. Inténtelo de nuevo más tarde.',
  ],
  'workstation.pending': [
    'Esta estação de trabalho aguarda aprovação do seu administrador.',
    'Esta estación de trabajo espera la aprobación de su administrador.',
  ],
  'key.not-valid': [
    'A chave de instalação não é válida. Peça outra ao seu administrador.',
    'La clave de instalación no es válida. Pida otra a su administrador.',
  ],
  'workstation.not-activated': [
    'Esta estação de trabalho não está ativada. Peça uma chave de instalação ao seu administrador.',
    'Esta estación de trabajo no está activada. Pida una clave de instalación a su administrador.',
  ],
  'workstation.disabled': [
    'Esta estação de trabalho foi desativada pelo seu administrador.',
    'Su administrador ha desactivado esta estación de trabajo.',
  ],
  'version.prohibited': [
    'Esta versão foi proibida pelo seu administrador.',
    'Su administrador ha prohibido esta versión.',
  ],
  'version.unknown': [
    'Esta versão não é conhecida pelo seu administrador.',
    'Su administrador no conoce esta versión.',
  ],
  'update.required': [
    'Não há o que iniciar sem uma atualização exigida. Fale com seu administrador.',
    'No hay nada que iniciar sin una actualización obligatoria. Consulte a su administrador.',
  ],
  'policy.expired': [
    'Não há regras válidas nesta estação de trabalho. Tente de novo quando o servidor puder ser alcançado.',
    'No hay reglas válidas en esta estación de trabajo. Inténtelo de nuevo cuando se pueda acceder al servidor.',
  ],
  'pass.not-valid': [
    'Esta liberação não é válida aqui ou agora. Verifique se foi digitada corretamente ou peça outra ao seu administrador.',
    'Este pase no es válido aquí o ahora. Compruebe si está bien escrito o pida otro a su administrador.',
  ],
  'update.none': [
    'Nenhuma atualização está prevista para esta estação de trabalho. Nada foi feito.',
    'No hay ninguna actualización prevista para esta estación de trabajo. No se hizo nada.',
  ],
  'update.cancelled': ['A atualização foi cancelada.', 'La actualización se canceló.'],
  'update.prohibited': [
    'A versão que seria instalada está proibida.',
    'La versión que se iba a instalar está prohibida.',
  ],
  'download.failed': ['Não foi possível baixar o instalador.', 'No se pudo descargar el instalador.'],
  'download.postponed': [
    'Ainda não é a vez desta estação de trabalho de baixar a atualização. Um início que precise dela não espera por isso.',
    'Aún no es el turno de esta estación de trabajo para descargar la actualización. Un inicio que la necesite no espera por ello.',
  ],
  'verification.failed': [
    'O que chegou não é o que foi aprovado; não foi usado. Avise seu administrador.',
    'Lo que llegó no es lo que se aprobó; no se usó. Avise a su administrador.',
  ],
  'installer.failed': ['O instalador informou um erro.', 'El instalador informó de un error.'],
  'registry.unreadable': [
    'Não foi possível ver o que está instalado nesta máquina. Tente de novo; se não ajudar, avise seu administrador.',
    'No se pudo ver qué hay instalado en este equipo. Inténtelo de nuevo; si no ayuda, avise a su administrador.',
  ],
  'disk.full': [
    'Não há espaço em disco suficiente. Libere espaço e tente de novo.',
    'No hay suficiente espacio en disco. Libere espacio e inténtelo de nuevo.',
  ],
  'installer.busy': [
    'Outra instalação está em andamento nesta máquina. Tente de novo quando ela terminar.',
    'Hay otra instalación en curso en este equipo. Inténtelo de nuevo cuando termine.',
  ],
  'update.rolled-back': [
    'A atualização falhou e a versão anterior foi restaurada.',
    'La actualización falló y se restauró la versión anterior.',
  ],
  'application.running': [
    'O aplicativo ainda está aberto. Feche-o e tente de novo.',
    'La aplicación sigue abierta. Ciérrela e inténtelo de nuevo.',
  ],
  'application.open-elsewhere': [
    'Outra pessoa tem o aplicativo aberto nesta máquina. Ele pode ser atualizado quando todos o tiverem fechado.',
    'Otra persona tiene la aplicación abierta en este equipo. Se puede actualizar cuando todos la hayan cerrado.',
  ],
  'client.replacing': [
    'O próprio Usher está sendo atualizado. Tente de novo em um minuto.',
    'Usher mismo se está actualizando. Inténtelo de nuevo en un minuto.',
  ],
  'application.not-started': [
    'O aplicativo não pôde ser iniciado. Avise seu administrador.',
    'No se pudo iniciar la aplicación. Avise a su administrador.',
  ],
  'application.needs-elevation': [
    'O aplicativo pede direitos de administrador, que não pode receber daqui. Inicie o atalho como administrador ou avise seu administrador.',
    'La aplicación pide derechos de administrador, que no puede recibir desde aquí. Inicie el acceso directo como administrador o avise a su administrador.',
  ],
  'client.not-started': [
    'O cliente do Usher não pôde ser iniciado. Avise seu administrador.',
    'No se pudo iniciar el cliente de Usher. Avise a su administrador.',
  ],
  'engine.silent': [
    'O mecanismo do Usher nesta máquina não responde. Avise seu administrador.',
    'El motor de Usher de este equipo no responde. Avise a su administrador.',
  ],
  'engine.impostor': [
    'Outro programa responde no lugar do mecanismo do Usher, e não é aceito. Avise seu administrador.',
    'Otro programa responde en el lugar del motor de Usher, y no se le cree. Avise a su administrador.',
  ],
  'engine.not-understood': [
    'O mecanismo do Usher nesta máquina é de outra versão. Avise seu administrador.',
    'El motor de Usher de este equipo es de otra versión. Avise a su administrador.',
  ],
  'engine.busy': [
    'O mecanismo do Usher nesta máquina está ocupado. Tente de novo em instantes.',
    'El motor de Usher de este equipo está ocupado. Inténtelo de nuevo en un momento.',
  ],
  'engine.asked-too-often': [
    'Pede-se demais ao mecanismo do Usher nesta máquina. Tente de novo em um minuto.',
    'Se pide demasiado al motor de Usher de este equipo. Inténtelo de nuevo en un minuto.',
  ],
  'engine.failed': [
    'Algo inesperado deu errado no mecanismo do Usher. Avise seu administrador.',
    'Algo inesperado falló en el motor de Usher. Avise a su administrador.',
  ],
};

/** Where the server, or a verification, says more exactly what it is that a person can do something about. */
const problemSentences: Readonly<Record<string, Sentences>> = {
  'pass.mistyped': [
    'Esta liberação foi digitada errado: falta ou sobra algo. Digite-a de novo.',
    'Este pase está mal escrito: falta o sobra algo. Escríbalo de nuevo.',
  ],
  'pass.malformed': [
    'Isto não é uma liberação. Digite o texto que seu administrador deu.',
    'Esto no es un pase. Escriba el texto que le dio su administrador.',
  ],
  'pass.not-for-here': [
    'Esta liberação é de outra estação de trabalho ou de outro produto. Peça outra ao seu administrador.',
    'Este pase es de otra estación de trabajo o de otro producto. Pida otro a su administrador.',
  ],
  'pass.expired': [
    'Esta liberação já terminou. Peça outra ao seu administrador.',
    'Este pase ya ha terminado. Pida otro a su administrador.',
  ],
  'product.not-found': [
    'O servidor ainda não conhece este produto, portanto não há o que iniciar. Fale com seu administrador.',
    'El servidor todavía no conoce este producto, por lo que no hay nada que iniciar. Consulte a su administrador.',
  ],
  'product.ambiguous': [
    'O servidor conhece vários produtos; o comando precisa dizer qual (--product). Avise seu administrador.',
    'El servidor conoce varios productos; la orden debe decir cuál (--product). Avise a su administrador.',
  ],
};

const positions: Readonly<Record<Exclude<Language, 'en'>, 0 | 1>> = { 'pt-BR': 0, es: 1 };

/** What a failure of that code means. */
export function failureSentence(code: ClientErrorCode, language: Exclude<Language, 'en'>): string {
  return sentences[code][positions[language]];
}

/** A failure in a person's language, clean: what happened, why where that is known, and in brackets what support needs. */
export function failureText(failure: ClientError, language: Language): string {
  const [said, detail] = [failureSentences(failure, language), failureDetail(failure, language)];
  return displayLine(said === detail ? said : `${said} [${detail}]`, 600);
}

/** The same without what support needs. */
export function failureSentences(failure: ClientError, language: Language): string {
  if (language === 'en' || failure.facts.isForPerson === true) return failureDetail(failure, language);
  const problem = problemSentences[problemOf(failure) ?? '']?.[positions[language]];
  const [first, ...causes] = codesOf(failure).map((code) => failureSentence(code, language));
  return problem ?? [first, ...causes].join(' ');
}

/**
 * What support needs to know of a failure, clean: its message where that is in the person's language, else names that can be
 * looked up, and for a wrong command what is wrong about it. No other prose.
 */
export function failureDetail(failure: ClientError, language: Language): string {
  const { code, number, message, facts } = failure;
  if (language === 'en' || facts.isForPerson === true) return displayLine(message, 600);
  const names = [number, ...codesOf(failure), problemOf(failure), code === 'usage.wrong' ? message : null];
  return displayLine([...new Set(names.filter((each) => each !== null).map(String))].join('; '), 600);
}
