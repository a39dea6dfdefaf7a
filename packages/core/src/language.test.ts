// Languages by Windows' numbers and by BCP 47 tags.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLanguage } from './language.ts';

describe('a language', () => {
  it.each([
    ['1046', 1046, 'pt', true],
    ['pt-BR', 1046, 'pt', true],
    ['PT-br', 1046, 'pt', true],
    ['pt', null, 'pt', false],
    ['22', 22, 'pt', false],
    ['9', 9, 'en', false],
    ['es-ES', 3082, 'es', true],
    ['1034', 1034, 'es', true],
    ['zh-Hant-TW', 1028, 'zh', true],
    ['zh-TW', 1028, 'zh', true],
    ['zh-Hans', 4, 'zh', false],
    ['31748', 31_748, 'zh', false],
    ['sr-Latn-RS', 9242, 'sr', true],
    ['sr-Cyrl-RS', 10_266, 'sr', true],
    ['28698', 28_698, 'sr', false],
    ['de-DE-1996', 1031, 'de', true],
    ['es-419', null, 'es', true],
    ['tlh', null, 'tlh', false],
    ['999999', 999_999, null, true],
  ])('%s is %s, %s', (text, lcid, name, hasRegion) => {
    expect(parseLanguage(text)).toStrictEqual({ lcid, name, hasRegion });
  });

  it.each([null, '', '0', '00', '-1', '0x409', 'English', 'pt_BR', 'c', '1234567', '__proto__'])(
    'is not told by %j',
    (text) => {
      expect(parseLanguage(text)).toBeNull();
    },
  );

  it('is read without a throw from any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{2,3}(-[a-zA-Z0-9]{2,5}){0,3}$/)), (text) => {
        const language = parseLanguage(text);
        if (language !== null) expect(language.lcid !== null || language.name !== null).toBe(true);
      }),
    );
  });
});
