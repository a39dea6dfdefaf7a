// Loads a language's catalogue when it is wanted, and makes i18next speak it.
import i18next, { type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { fillPlurals } from './fill-plurals.ts';
import type { Catalogue } from './locales/en/index.ts';
import type { Language } from './languages.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Catalogue };
  }
}

const catalogues: Readonly<Record<Language, () => Promise<{ catalogue: object }>>> = {
  en: () => import('./locales/en/index.ts'),
  'pt-BR': () => import('./locales/pt-BR/index.ts'),
  es: () => import('./locales/es/index.ts'),
};

async function load(language: Language): Promise<Resource[string]> {
  const { catalogue } = await catalogues[language]();
  return { translation: fillPlurals(catalogue as Record<string, unknown>) };
}

/** Starts with one language; only its catalogue is fetched. */
export async function startI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    supportedLngs: ['en', 'pt-BR', 'es'],
    fallbackLng: false,
    resources: { [language]: await load(language) },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  markDocument(language);
}

/** Changes the language of everything on screen. */
export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const resource = await load(language);
    i18next.addResourceBundle(language, 'translation', resource.translation);
  }
  await i18next.changeLanguage(language);
  markDocument(language);
}

function markDocument(language: Language): void {
  document.documentElement.lang = language;
}
