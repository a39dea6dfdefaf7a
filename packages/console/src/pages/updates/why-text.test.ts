// The reason of an assignment, on screen and in a file.
import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../i18n/locales/pt-BR/index.ts';
import { exportedWhy, whyText } from './why-text.ts';

const i18n = i18next.createInstance();

beforeAll(async () => {
  await i18n.init({
    lng: 'pt-BR',
    resources: { 'pt-BR': { translation: catalogue } },
    interpolation: { escapeValue: false },
  });
});

describe('why an assignment stands where it stands', () => {
  it('is said in the language on screen, with its facts', () => {
    const row = { why: 'Superseded by A & B.', whyCode: 'superseded', whyFacts: { update: 'A & B' } } as const;
    expect(whyText(row, i18n.t)).toBe('Substituída por A & B.');
    expect(exportedWhy({ ...row, whyFacts: '{"update":"A & B"}' }, i18n.t)).toBe('Substituída por A & B.');
  });

  it('stays what an older server wrote, and what a newer one says in a code that is unknown here', () => {
    expect(whyText({ why: 'Long ago.', whyCode: null, whyFacts: null }, i18n.t)).toBe('Long ago.');
    expect(exportedWhy({ why: 'Of tomorrow.', whyCode: 'of-tomorrow', whyFacts: null }, i18n.t)).toBe('Of tomorrow.');
    expect(exportedWhy({ why: null, whyCode: null, whyFacts: null }, i18n.t)).toBe('');
  });
});
