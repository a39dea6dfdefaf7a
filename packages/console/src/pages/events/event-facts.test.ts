// An event's data as a line that a person reads, in that person's language.
import i18next, { type TFunction } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatBytes, formatInstant, formatLanguage, formatLocal, formatNumber } from '../../format/format.ts';
import { catalogue as en } from '../../i18n/locales/en/index.ts';
import { catalogue as ptBr } from '../../i18n/locales/pt-BR/index.ts';
import { dataLine, type Reading, valueText } from './event-facts.ts';

async function readingIn(language: string, translation: object): Promise<Reading> {
  const instance = i18next.createInstance();
  const t: TFunction = await instance.init({ lng: language, resources: { [language]: { translation } } });
  return {
    t,
    format: {
      number: (value) => formatNumber(value, language),
      bytes: (value) => formatBytes(value, language),
      instant: (iso) => formatInstant(iso, language, 'America/Sao_Paulo'),
      local: (local) => formatLocal(local, language),
      languageName: (id) => formatLanguage(id, language),
    },
  };
}

let english: Reading;
let portuguese: Reading;

beforeAll(async () => {
  english = await readingIn('en', en);
  portuguese = await readingIn('pt-BR', ptBr);
});

describe('a value of an event', () => {
  it.each([
    ['a thing by its name', 'update', { id: 'up_1', name: 'Wave 1' }, 'Wave 1'],
    ['a workstation by its host name', 'workstation', { id: 'ws_1', hostname: 'LIS-0001' }, 'LIS-0001'],
    ['a publisher by the common name', 'publisher', { subject: 'CN=Contoso,O=C', issuer: 'CN=Root' }, 'Contoso'],
    [
      'states without those that are zero',
      'counts',
      { waiting: 0, installed: 12, failed: 1 },
      'Installed 12, Failed 1',
    ],
    ['a long list by its beginning', 'hostnames', ['a', 'b', 'c', 'd', 'e'], 'a, b, c, +2'],
    ['a flag as yes or no', 'autoAuthorize', false, 'No'],
    ['an id or a hash not at all', 'product', 'pr_hf4g3vp0x91ht8esagsakv4pcm', ''],
    ['what an administrator wrote as it stands', 'reason', '<b>old</b> & slow', '<b>old</b> & slow'],
    ['what looks like the name of a text as it stands', 'what', 'facts', 'facts'],
  ])('shows %s', (_what, name, value, text) => {
    expect(valueText(name, value, english)).toBe(text);
  });
});

describe('the data of an event', () => {
  it('are said in the language on screen, times in its zone', () => {
    const data = {
      product: { id: 'pr_hf4g3vp0x91ht8esagsakv4pcm', name: 'Contoso Agent' },
      code: 2028,
      reason: 'version-prohibited',
      at: '2026-11-20T09:00:00.000Z',
      target: null,
    };
    expect(dataLine(data, portuguese)).toBe(
      `Produto: Contoso Agent · Código: 2028 ${ptBr.codes['2028']} · Motivo: ${ptBr.reasons['version-prohibited']} · Em: ${portuguese.format.instant(data.at)}`,
    );
    expect(dataLine(data, portuguese)).toContain('06:00');
  });

  it('show a change with what was there before', () => {
    const data = { from: { tags: ['lab'], note: null }, to: { tags: ['lab', 'vip'], note: 'By the door' } };
    expect(dataLine(data, english)).toBe('Tags: lab → lab, vip · Note: – → By the door');
  });

  it('show how often something came again, and when', () => {
    const data = { code: 1002, times: 3, from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T09:05:00.000Z' };
    expect(dataLine(data, english)).toMatch(/ · Times: 3 · From: .*6:00.* · To: .*6:05/);
  });

  it('name a fact that this console does not know as the server does', () => {
    expect(dataLine({ newFact: 'x' }, portuguese)).toBe('newFact: x');
  });

  it('may have a name that every object has', () => {
    const data = JSON.parse('{ "constructor": "x", "__proto__": "y", "toString": "z" }') as object;
    expect(dataLine({ ...data }, portuguese)).toBe('constructor: x · __proto__: y · toString: z');
  });
});
