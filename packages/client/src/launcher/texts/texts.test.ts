// Tests of the texts: complete in every language, with the same values, and chosen as the person wants.
import { describe, expect, it } from 'vitest';
import { chooseLanguage, languages } from './language.ts';
import { catalogues, Texts } from './texts.ts';
import { explainedInstallerCodes, installerSentence } from './windows-installer-codes.ts';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('the texts', () => {
  it.each(languages)('in %s have the same keys and values as the English ones, and none is empty', (language) => {
    const { en } = catalogues;
    const catalogue = catalogues[language];
    expect(Object.keys(catalogue)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) {
      const translated = catalogue[key as keyof typeof en];
      expect(translated.trim()).not.toBe('');
      expect({ key, values: placeholders(translated) }).toEqual({ key, values: placeholders(text) });
    }
  });

  it('put values in, each once, and never what a value says', () => {
    const texts = new Texts('en', 'UTC');
    expect(texts.say('available.title', { target: '{installed}', installed: '3.22.1' })).toBe(
      'Version {installed} is available. You have 3.22.1.',
    );
  });

  it("say instants in the person's own time", () => {
    const cutoff = '2026-12-04T18:00:00.000Z';
    expect(new Texts('en', 'UTC').time(cutoff)).toMatch(/^Fri,? 4 Dec,? (?:at )?18:00$/);
    expect(new Texts('en', 'America/Sao_Paulo').time(cutoff)).toContain('15:00');
    expect(new Texts('pt-BR', 'UTC').time(cutoff)).toContain('dez');
    expect(new Texts('es', 'UTC').time(cutoff)).toContain('dic');
  });

  it.each([
    [['pt_BR.UTF-8'], 'pt-BR'],
    [['pt-PT'], 'pt-BR'],
    [['es_MX'], 'es'],
    [['C.UTF-8', 'es'], 'es'],
    [[undefined, 'de-DE'], 'en'],
    [['est'], 'en'],
  ] as const)('are in the language that %j asks for', (preferences, language) => {
    expect(chooseLanguage(preferences)).toBe(language);
  });
});

describe('the codes of Windows Installer', () => {
  it('have a sentence each, in every language', () => {
    // "MsiExec.exe and InstMsi.exe error messages" has these, 0 and all from 1601 to 1654 but for 1617.
    const documented = [13, 87, 120, 1259, ...Array.from({ length: 54 }, (_, index) => 1601 + index), 3010];
    expect(explainedInstallerCodes).toEqual(documented.filter((code) => code !== 1617));
    for (const code of explainedInstallerCodes) {
      const said = languages.map((language) => installerSentence(code, language));
      expect(new Set(said).size).toBe(languages.length);
      for (const sentence of said) expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
    }
  });

  it('have one for what is not documented, and one for the time limit', () => {
    expect(installerSentence(4711, 'en')).toContain('does not document');
    expect(installerSentence(null, 'en')).toContain('15 minutes');
  });
});
