// Tests of the signed newest event: nobody but the director can make one, and it is one workstation's.
import { describe, expect, it } from 'vitest';
import { signJws } from './jws.ts';
import { signLogHead, verifyLogHead } from './log-proof.ts';
import { testKey } from './test-support/keys.ts';
import { refusalOf } from './test-support/refusal.ts';

const director = testKey('director');
const head = { seq: 12, hash: 'a'.repeat(64) };
const expected = { keys: [director.publicKey], workstationId: 'ws_1' };

describe('the newest event that a workstation was told', () => {
  it('is what the director signed', () => {
    expect(verifyLogHead(signLogHead(head, 'ws_1', director), expected)).toEqual(head);
    expect(
      signLogHead({ seq: Number.MAX_SAFE_INTEGER, hash: head.hash }, 'w'.repeat(80), director).length,
    ).toBeLessThan(1024);
  });

  it.each([
    ["another's word", signLogHead(head, 'ws_1', testKey('thief')), 'token.unknown-key'],
    ["another workstation's", signLogHead(head, 'ws_2', director), 'policy.wrong-workstation'],
    [
      'a text of another kind',
      signJws(director, 'usher-policy+jwt', { ...head, workstationId: 'ws_1' }),
      'token.wrong-type',
    ],
    ['no event', signJws(director, 'usher-log+jwt', { seq: -1, hash: 'x', workstationId: 'ws_1' }), 'policy.malformed'],
    ['no text', '', 'token.malformed'],
    ['too long a text', 'x'.repeat(2000), 'token.too-large'],
  ])('is refused where it is %s', (_, text, code) => {
    expect(refusalOf(() => verifyLogHead(text, expected))).toBe(code);
  });
});
