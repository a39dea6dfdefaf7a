// In which language the page of a spent link speaks, whatever a browser sends.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { languageFor, spentLinkPage } from './spent-link-page.ts';

describe('the language of a spent link', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de-DE,de;q=0.9', 'en'],
    ['pt-BR,pt;q=0.9,en;q=0.8', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['de, es-MX;q=0.7, en;q=0.3', 'es'],
    ['en;q=0.2, ES;q=0.9', 'es'],
    ['es;q=0, en', 'en'],
    ['es;q=nonsense', 'en'],
  ])('of %j is %s', (accepted, language) => {
    expect(languageFor(accepted)).toBe(language);
  });

  test('is one of the three for whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), (accepted) => {
        expect(['en', 'pt-BR', 'es']).toContain(languageFor(accepted));
      }),
    );
  });
});

test('a spent link leads to the sign-in where there is a console', () => {
  expect(spentLinkPage('es', '/sign-in').body).toContain('href="/sign-in">Ir al inicio de sesión<');
  expect(spentLinkPage('es', null).body).not.toContain('href');
});
