// What each exit code of Windows Installer means, in plain words and in three languages.
//
// The codes are those of "Error Codes" in the Windows Installer SDK (MsiExec.exe and InstMsi.exe error messages). The
// names are the SDK's without their common beginnings.
import type { Language } from './language.ts';

type Sentences = readonly [en: string, ptBR: string, es: string];

const sentences: Readonly<Record<number, Sentences>> = {
  13: ['The data is invalid.', 'Os dados são inválidos.', 'Los datos no son válidos.'],
  87: ['One of the parameters was invalid.', 'Um dos parâmetros era inválido.', 'Uno de los parámetros no era válido.'],
  120: [
    'A custom action called a function that this system does not have.',
    'Uma ação personalizada chamou uma função que este sistema não tem.',
    'Una acción personalizada llamó a una función que este sistema no tiene.',
  ],
  1259: [
    'Windows found the program to be incompatible with this version of Windows.',
    'O Windows considerou o programa incompatível com esta versão do Windows.',
    'Windows consideró que el programa no es compatible con esta versión de Windows.',
  ],
  1601: [
    'The Windows Installer service could not be accessed.',
    'Não foi possível acessar o serviço Windows Installer.',
    'No se pudo acceder al servicio Windows Installer.',
  ],
  1602: ['The installation was cancelled.', 'A instalação foi cancelada.', 'La instalación se canceló.'],
  1603: [
    'The installation ended with a fatal error; its cause is in the installer log.',
    'A instalação terminou com um erro fatal; a causa está no log do instalador.',
    'La instalación terminó con un error grave; la causa está en el registro del instalador.',
  ],
  1604: [
    'The installation was suspended before it was complete.',
    'A instalação foi suspensa antes de terminar.',
    'La instalación se suspendió antes de terminar.',
  ],
  1605: [
    'The product is not installed on this machine.',
    'O produto não está instalado nesta máquina.',
    'El producto no está instalado en este equipo.',
  ],
  1606: [
    'A feature of the product is not known.',
    'Um recurso do produto é desconhecido.',
    'Una característica del producto es desconocida.',
  ],
  1607: [
    'A component of the product is not known.',
    'Um componente do produto é desconhecido.',
    'Un componente del producto es desconocido.',
  ],
  1608: [
    'A property of the product is not known.',
    'Uma propriedade do produto é desconhecida.',
    'Una propiedad del producto es desconocida.',
  ],
  1609: [
    'A handle of the installer was in an invalid state.',
    'Um identificador do instalador estava em estado inválido.',
    'Un identificador del instalador estaba en un estado no válido.',
  ],
  1610: [
    "The product's configuration data is damaged.",
    'Os dados de configuração do produto estão danificados.',
    'Los datos de configuración del producto están dañados.',
  ],
  1611: [
    'A component qualifier is missing.',
    'Falta um qualificador de componente.',
    'Falta un calificador de componente.',
  ],
  1612: [
    'The installation source of this product is not available.',
    'A origem da instalação deste produto não está disponível.',
    'El origen de la instalación de este producto no está disponible.',
  ],
  1613: [
    'This version of Windows Installer cannot install the package; it needs a newer one.',
    'Esta versão do Windows Installer não pode instalar o pacote; é necessária uma mais nova.',
    'Esta versión de Windows Installer no puede instalar el paquete; se necesita una más reciente.',
  ],
  1614: ['The product was uninstalled.', 'O produto foi desinstalado.', 'El producto se desinstaló.'],
  1615: [
    'A query to the package has an invalid syntax.',
    'Uma consulta ao pacote tem sintaxe inválida.',
    'Una consulta al paquete tiene una sintaxis no válida.',
  ],
  1616: [
    'A field of a record in the package does not exist.',
    'Um campo de um registro do pacote não existe.',
    'Un campo de un registro del paquete no existe.',
  ],
  1618: [
    'Another installation is running on this machine.',
    'Outra instalação está em andamento nesta máquina.',
    'Hay otra instalación en curso en este equipo.',
  ],
  1619: [
    'The installation package could not be opened.',
    'Não foi possível abrir o pacote de instalação.',
    'No se pudo abrir el paquete de instalación.',
  ],
  1620: [
    'The installation package is not a valid Windows Installer package.',
    'O pacote de instalação não é um pacote válido do Windows Installer.',
    'El paquete de instalación no es un paquete válido de Windows Installer.',
  ],
  1621: [
    'The user interface of the installer could not be started.',
    'Não foi possível iniciar a interface do instalador.',
    'No se pudo iniciar la interfaz del instalador.',
  ],
  1622: [
    'The installer log could not be opened for writing.',
    'Não foi possível abrir o log do instalador para gravação.',
    'No se pudo abrir el registro del instalador para escribir.',
  ],
  1623: [
    "The package's language is not supported by this system.",
    'O idioma do pacote não é suportado por este sistema.',
    'Este sistema no admite el idioma del paquete.',
  ],
  1624: [
    'A transform could not be applied.',
    'Não foi possível aplicar uma transformação.',
    'No se pudo aplicar una transformación.',
  ],
  1625: [
    'A policy of this system forbids the installation.',
    'Uma política deste sistema proíbe a instalação.',
    'Una directiva de este sistema prohíbe la instalación.',
  ],
  1626: [
    'A function of the installer could not be run.',
    'Não foi possível executar uma função do instalador.',
    'No se pudo ejecutar una función del instalador.',
  ],
  1627: [
    'A function of the installer failed.',
    'Uma função do instalador falhou.',
    'Falló una función del instalador.',
  ],
  1628: [
    'The package names a table that is invalid or unknown.',
    'O pacote cita uma tabela inválida ou desconhecida.',
    'El paquete menciona una tabla no válida o desconocida.',
  ],
  1629: [
    'The package holds data of the wrong type.',
    'O pacote contém dados do tipo errado.',
    'El paquete contiene datos de un tipo incorrecto.',
  ],
  1630: [
    'The package holds data of a type that is not supported.',
    'O pacote contém dados de um tipo não suportado.',
    'El paquete contiene datos de un tipo no admitido.',
  ],
  1631: [
    'The Windows Installer service failed to start.',
    'O serviço Windows Installer não pôde ser iniciado.',
    'El servicio Windows Installer no se pudo iniciar.',
  ],
  1632: [
    'The folder for temporary files is full or cannot be accessed.',
    'A pasta de arquivos temporários está cheia ou não pode ser acessada.',
    'La carpeta de archivos temporales está llena o no es accesible.',
  ],
  1633: [
    'The package is not made for this kind of processor.',
    'O pacote não foi feito para este tipo de processador.',
    'El paquete no está hecho para este tipo de procesador.',
  ],
  1634: [
    'A component is not used on this machine.',
    'Um componente não é usado nesta máquina.',
    'Un componente no se usa en este equipo.',
  ],
  1635: [
    'A patch package could not be opened.',
    'Não foi possível abrir um pacote de correção.',
    'No se pudo abrir un paquete de revisión.',
  ],
  1636: [
    'A patch package is not valid.',
    'Um pacote de correção não é válido.',
    'Un paquete de revisión no es válido.',
  ],
  1637: [
    'This version of Windows Installer cannot process the patch package.',
    'Esta versão do Windows Installer não pode processar o pacote de correção.',
    'Esta versión de Windows Installer no puede procesar el paquete de revisión.',
  ],
  1638: [
    'Another version of this product is already installed.',
    'Outra versão deste produto já está instalada.',
    'Ya está instalada otra versión de este producto.',
  ],
  1639: [
    'A command line argument of the installer is invalid.',
    'Um argumento da linha de comando do instalador é inválido.',
    'Un argumento de la línea de comandos del instalador no es válido.',
  ],
  1640: [
    'The installation is not allowed from a remote session; administrator rights are needed.',
    'A instalação não é permitida a partir de uma sessão remota; são necessários direitos de administrador.',
    'La instalación no está permitida desde una sesión remota; se necesitan derechos de administrador.',
  ],
  1641: [
    'Installed; the installer has begun to restart the machine.',
    'Instalado; o instalador iniciou o reinício da máquina.',
    'Instalado; el instalador ha iniciado el reinicio del equipo.',
  ],
  1642: [
    'The patch does not fit what is installed.',
    'A correção não se aplica ao que está instalado.',
    'La revisión no corresponde a lo que está instalado.',
  ],
  1643: [
    'A policy of this system forbids the patch.',
    'Uma política deste sistema proíbe a correção.',
    'Una directiva de este sistema prohíbe la revisión.',
  ],
  1644: [
    'A policy of this system forbids one of the customizations.',
    'Uma política deste sistema proíbe uma das personalizações.',
    'Una directiva de este sistema prohíbe una de las personalizaciones.',
  ],
  1645: [
    'Windows Installer does not permit this installation from a remote desktop session.',
    'O Windows Installer não permite esta instalação a partir de uma conexão de área de trabalho remota.',
    'Windows Installer no permite esta instalación desde una conexión de escritorio remoto.',
  ],
  1646: ['The patch cannot be removed.', 'A correção não pode ser removida.', 'La revisión no se puede quitar.'],
  1647: [
    'The patch is not applied to this product.',
    'A correção não está aplicada a este produto.',
    'La revisión no está aplicada a este producto.',
  ],
  1648: [
    'No valid order was found for the set of patches.',
    'Não foi encontrada uma ordem válida para o conjunto de correções.',
    'No se encontró un orden válido para el conjunto de revisiones.',
  ],
  1649: [
    'A policy does not allow the patch to be removed.',
    'Uma política não permite remover a correção.',
    'Una directiva no permite quitar la revisión.',
  ],
  1650: [
    'The data of the patch is not valid.',
    'Os dados da correção não são válidos.',
    'Los datos de la revisión no son válidos.',
  ],
  1651: [
    'A patch cannot be applied to a product that is only advertised.',
    'Não é possível aplicar uma correção a um produto apenas anunciado.',
    'No se puede aplicar una revisión a un producto solo anunciado.',
  ],
  1652: [
    'Windows Installer does not work while Windows is in safe mode.',
    'O Windows Installer não funciona com o Windows em modo de segurança.',
    'Windows Installer no funciona con Windows en modo seguro.',
  ],
  1653: [
    'Rollback is switched off, so that several packages cannot be installed as one.',
    'A reversão está desativada, portanto vários pacotes não podem ser instalados como um só.',
    'La reversión está desactivada, por lo que varios paquetes no pueden instalarse como uno solo.',
  ],
  1654: [
    'The package is not supported on this kind of processor.',
    'O pacote não é suportado neste tipo de processador.',
    'El paquete no es compatible con este tipo de procesador.',
  ],
  3010: [
    'Installed; a restart of the machine is needed to finish.',
    'Instalado; é preciso reiniciar a máquina para concluir.',
    'Instalado; es necesario reiniciar el equipo para terminar.',
  ],
};

const others: Sentences = [
  'Windows Installer ended with a code that it does not document.',
  'O Windows Installer terminou com um código que ele não documenta.',
  'Windows Installer terminó con un código que no documenta.',
];
const timeLimit: Sentences = [
  'The installation took longer than 15 minutes and was given up.',
  'A instalação levou mais de 15 minutos e foi abandonada.',
  'La instalación tardó más de 15 minutos y se abandonó.',
];

const positions: Readonly<Record<Language, 0 | 1 | 2>> = { en: 0, 'pt-BR': 1, es: 2 };

/** The codes of Windows Installer that are explained, ascending. */
export const explainedInstallerCodes: readonly number[] = Object.keys(sentences).map(Number);

/** What an exit code of Windows Installer means; null stands for an installation that was ended at the time limit. */
export function installerSentence(exitCode: number | null, language: Language): string {
  const all = exitCode === null ? timeLimit : (sentences[exitCode] ?? others);
  return all[positions[language]];
}
