// Tests of the sentences for failures: every code in every language, and nothing English where another language is read.
import { describe, expect, it } from 'vitest';
import { TrustError } from '@usher/trust';
import { ClientError, clientErrorCodes } from '../../client-error.ts';
import { failureOf } from '../../pipe/pipe-server.ts';
import { errorOf } from '../../pipe/pipe-client.ts';
import { failureSentence, failureText } from './failure-sentences.ts';

describe('the sentences for failures', () => {
  it.each(clientErrorCodes)('say %s in every language, each in its own words', (code) => {
    const said = (['pt-BR', 'es'] as const).map((language) => failureSentence(code, language));
    expect(new Set(said).size).toBe(2);
    for (const sentence of said) expect(sentence).toMatch(/^[¿¡]?\p{Lu}[^{}]*\.$/u);
  });

  it("are the failure's own in English", () => {
    const failure = new ClientError('server.unreachable', 'The server at usher.example cannot be reached (EHOSTDOWN).');
    expect(failureText(failure, 'en')).toBe('The server at usher.example cannot be reached (EHOSTDOWN).');
  });

  it('say why, and name for support what can be looked up', () => {
    const cut = new ClientError('server.timed-out', 'It did not answer.', { cause: systemError('ETIMEDOUT') });
    const failure = new ClientError('policy.expired', 'There is no policy. It did not answer.', { cause: cut });
    expect(failureText(failure, 'es')).toBe(
      'No hay reglas válidas en esta estación de trabajo. Inténtelo de nuevo cuando se pueda acceder al servidor. ' +
        'El servidor no respondió a tiempo. Inténtelo de nuevo más tarde. ' +
        '[2031; policy.expired; server.timed-out; ETIMEDOUT]',
    );
  });

  it('say the same of what comes over the pipe, without a word of the English', () => {
    const cause = new TrustError('pass.expired', 'The pass is over.');
    const failure = new ClientError('pass.not-valid', 'The pass is over. Ask your administrator for another.', {
      cause,
    });
    const there = errorOf(failureOf(failure));
    expect(failureText(there, 'pt-BR')).toBe(failureText(failure, 'pt-BR'));
    expect(failureText(there, 'pt-BR')).toBe(
      'Esta liberação já terminou. Peça outra ao seu administrador. [pass.not-valid; pass.expired]',
    );
  });

  it('keep what is wrong about a command, which nobody could mend without', () => {
    const failure = new ClientError('usage.wrong', '--ui is one of auto, window, terminal, none.');
    expect(failureText(failure, 'pt-BR')).toContain('[usage.wrong; --ui is one of auto, window, terminal, none.]');
  });

  it('are clean, whatever a server calls its problem', () => {
    const failure = new ClientError('server.problem', 'x', { problem: 'a\u001b[31mb\n\u202ec' });
    expect(failureText(failure, 'es')).toMatch(/\[server\.problem; ab c\]$/);
  });
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
