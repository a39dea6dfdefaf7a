// What a person reads whose one-time link is not good any more, in the language of the browser.
import { escapeHtml } from '../../http/page.ts';

interface Texts {
  readonly title: string;
  readonly why: string;
  readonly otherwise: string;
  readonly signIn: string;
}

const texts = {
  en: {
    title: 'This setup link is not valid any more',
    why: 'It was used already, or its day has passed. If the first account was made, sign in with it.',
    otherwise: 'If there is no account yet, start the server again: it prints a new link.',
    signIn: 'To the sign-in',
  },
  'pt-BR': {
    title: 'Este link de configuração não é mais válido',
    why: 'Ele já foi usado, ou o seu dia passou. Se a primeira conta já foi criada, entre com ela.',
    otherwise: 'Se ainda não há nenhuma conta, inicie o servidor de novo: ele mostra um novo link.',
    signIn: 'Ir para a entrada',
  },
  es: {
    title: 'Este enlace de configuración ya no es válido',
    why: 'Ya se usó, o su día pasó. Si la primera cuenta ya se creó, inicie sesión con ella.',
    otherwise: 'Si todavía no hay ninguna cuenta, inicie el servidor de nuevo: muestra un enlace nuevo.',
    signIn: 'Ir al inicio de sesión',
  },
} satisfies Readonly<Record<string, Texts>>;

type Language = keyof typeof texts;

/**
 * The best of the three languages for a browser's `Accept-Language` (RFC 9110, section 12.5.4), by its weights; English
 * where none fits, and for what cannot be read.
 */
export function languageFor(accepted: string | undefined): Language {
  const wanted = (accepted ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return { primary: tag.split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const languages = Object.keys(texts) as Language[];
  for (const { primary } of wanted) {
    const found = languages.find((language) => language.toLowerCase().split('-')[0] === primary);
    if (found !== undefined) return found;
  }
  return 'en';
}

/**
 * The page's title, and its body as HTML.
 * @param signIn where one signs in; null where no console was built
 */
export function spentLinkPage(language: Language, signIn: string | null): { title: string; body: string } {
  const { title, why, otherwise, signIn: label } = texts[language];
  const link =
    signIn === null ? '' : `\n<p><a class="button" href="${escapeHtml(signIn)}">${escapeHtml(label)}</a></p>`;
  return { title, body: `<p>${escapeHtml(why)}</p>\n<p>${escapeHtml(otherwise)}</p>${link}` };
}
