// The languages of the console, and which one a person gets.
import type { Account } from '../api/types.ts';

/** A language of the console. */
export type Language = NonNullable<Account['language']>;

/** Every language, each by its own name. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  'pt-BR': 'Português (Brasil)',
  es: 'Español',
};

/** Every language, in the order of the choice. */
export const languages = Object.keys(languageNames) as Language[];

/** The best of the console's languages for what a browser prefers, in its order; English where none fits. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    const found = languages.find((language) => language.toLowerCase().split('-')[0] === primary);
    if (found !== undefined) return found;
  }
  return 'en';
}
