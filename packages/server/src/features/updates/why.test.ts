// Reasons: each code has its sentence, and what an older server wrote stays what it was.
import { describe, expect, it } from 'vitest';
import { whyCodes } from '@usher/protocol';
import { because, toldWhy, whyNotApplicable } from './why.ts';

describe('a reason', () => {
  it.each(whyCodes)('%s is told as a sentence, a code and facts', (code) => {
    const facts = { update: 'Winter', version: '3.23.0', architecture: 'x86', hours: 24 };
    const told = toldWhy(because(code, facts));
    expect(told).toEqual({ why: expect.stringMatching(/^[A-Z].*\.$/) as string, whyCode: code, whyFacts: facts });
    expect(told.why).not.toContain('undefined');
  });

  it('names the version and the architecture that do not fit', () => {
    expect(toldWhy(whyNotApplicable('architecture-not-supported', '3.23.0', 'x86'))).toMatchObject({
      why: 'No approved installer of version 3.23.0 runs on x86.',
      whyFacts: { version: '3.23.0', architecture: 'x86' },
    });
  });

  it('is none, or the sentence that was kept', () => {
    expect(toldWhy(null)).toEqual({ why: null, whyCode: null, whyFacts: null });
    expect(toldWhy('The update was cancelled.')).toMatchObject({ why: 'The update was cancelled.', whyCode: null });
  });

  it('that a newer server wrote is left out', () => {
    expect(toldWhy('{"code":"of-tomorrow","hours":3}')).toEqual({ why: null, whyCode: null, whyFacts: null });
  });
});
