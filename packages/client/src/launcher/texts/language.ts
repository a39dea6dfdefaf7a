// The languages of the alert, and which one a person gets.

/** A language that the alert speaks. */
export type Language = 'en' | 'pt-BR' | 'es';

/** Every language that the alert speaks. */
export const languages: readonly Language[] = ['en', 'pt-BR', 'es'];

/**
 * The first language that the alert speaks among `preferences`: BCP 47 tags or the POSIX form (`pt_BR.UTF-8`); English
 * where there is none. Every Portuguese is Brazilian here: it is the only one that there is.
 */
export function chooseLanguage(preferences: readonly (string | undefined)[]): Language {
  for (const preference of preferences) {
    const primary = /^[a-z]{2,3}(?![a-z])/.exec((preference ?? '').toLowerCase())?.[0];
    if (primary === 'en' || primary === 'es') return primary;
    if (primary === 'pt') return 'pt-BR';
  }
  return 'en';
}
