// What a refusal says is one sentence, also where it ends with a name that has a stop of its own.
import { describe, expect, it } from 'vitest';
import { tampered } from './installer-error.ts';

describe('a signature that does not hold', () => {
  it('is told in a sentence with one stop', () => {
    expect(tampered('The signature does not verify under the key of O=Contoso').message).toMatch(/O=Contoso\.$/);
    expect(tampered('The signature does not verify under the key of O=Contoso Ltd.').message).toMatch(/ Ltd\.$/);
  });
});
