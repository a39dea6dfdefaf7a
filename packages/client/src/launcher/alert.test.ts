// Tests of the alert: for each verdict the words, the choices, and the safe choice last.
import type { Verdict } from '@usher/core';
import { describe, expect, it } from 'vitest';
import { ClientError } from '../client-error.ts';
import type { CheckResult } from '../engine/check.ts';
import { checkResult } from '../test-support/alert-examples.ts';
import { alertLines, failureAlert, verdictAlert, type Alert } from './alert.ts';
import { refusedStart } from './start.ts';
import { Texts } from './texts/texts.ts';

const english = new Texts('en', 'UTC');
const result = (verdict: Partial<Verdict>, change: Partial<CheckResult> = {}) =>
  checkResult(
    verdict,
    change,
    { workstation: { id: 'ws_1', status: 'authorized' }, prohibited: [{ version: '3.22.1', reason: 'It leaks.' }] },
    '- faster\n- \u001b[31msafer',
  );

const linesOf = (...of: Parameters<typeof verdictAlert>) => alertLines(verdictAlert(...of));
const labels = ({ choices }: Alert) => choices.map(({ label }) => label);

describe('the alert', () => {
  it('offers an update with its notes, and "not now" as the safe choice', () => {
    const alert = verdictAlert(result({}), english);
    expect(alertLines(alert)).toEqual([
      'Version 3.23.0 is available. You have 3.22.1.',
      'It takes about 3 min; the application will close.',
      'What is new:',
      '  - faster',
      '  - safer',
    ]);
    expect(labels(alert)).toEqual(['Update now', 'Not now']);
  });

  it('says from when an update is required', () => {
    const lines = linesOf(result({ cutoffAt: '2026-12-04T18:00:00.000Z' }), english);
    expect(lines[1]).toMatch(/^Required from Fri,? 4 Dec,? (?:at )?18:00 \(your time\)\.$/);
  });

  it('requires an update, with "exit" as the safe choice', () => {
    const alert = verdictAlert(result({ action: 'require', reason: 'mandatory-update' }), english);
    expect(alertLines(alert)[0]).toBe('Your organization requires this update before you can continue.');
    expect(labels(alert)).toEqual(['Update now', 'Exit']);
  });

  it('ends, when declined, with a line that names the code', () => {
    const declined = refusedStart(result({ action: 'require', reason: 'mandatory-update' }), english);
    expect(declined.code).toBe('update.required');
    expect(declined.message).toBe('Your organization requires this update before you can continue. Code 2030.');
    const prohibited = refusedStart(
      result({ action: 'require', code: 2028, reason: 'version-prohibited' }),
      new Texts('pt-BR', 'UTC'),
    );
    expect(prohibited.message.match(/2028/g)).toHaveLength(1);
  });

  it('says that a version is prohibited, why, and the way out', () => {
    const alert = verdictAlert(result({ action: 'require', code: 2028, reason: 'version-prohibited' }), english);
    expect(alertLines(alert).slice(0, 2)).toEqual([
      'This version is prohibited by your administrator. Code 2028.',
      'Reason: It leaks.',
    ]);
    expect(labels(alert)).toEqual(['Install 3.23.0', 'Copy details', 'Exit']);
    const blocked = result({ action: 'block', code: 2028, reason: 'version-prohibited', target: null });
    expect(labels(verdictAlert(blocked, english))).toEqual(['Copy details', 'Exit']);
  });

  it.each([
    ['workstation-pending', 1002, /waits for approval.*1002/],
    ['workstation-disabled', 1008, /disabled.*1008/],
    ['policy-expired', 2031, /expired.*2031/],
    ['not-installed', 2030, /not installed.*2030/],
    ['version-unknown', 2029, /not known.*2029/],
  ] as const)('says %s with its code', (reason, code, words) => {
    const lines = linesOf(result({ action: 'block', reason, code, target: null }), english);
    expect(lines.join('\n')).toMatch(words);
  });

  it('names the workstation where only the administrator can help', () => {
    const pending = result({ action: 'block', reason: 'workstation-pending', code: 1002, target: null });
    expect(linesOf(pending, english)).toContain('Workstation: ws_1');
  });

  it('says by which rules it goes while the server cannot be reached', () => {
    const offline = result({}, { offlineBecause: new Error('gone') });
    expect(linesOf(offline, english)[0]).toMatch(
      /^The server cannot be reached\. The rules of .*1 Dec.*09:00 apply\.$/,
    );
  });

  it('speaks Portuguese and Spanish', () => {
    expect(labels(verdictAlert(result({}), new Texts('pt-BR', 'UTC')))).toEqual(['Atualizar agora', 'Agora não']);
    expect(labels(verdictAlert(result({}), new Texts('es', 'UTC')))).toEqual(['Actualizar ahora', 'Ahora no']);
  });

  it('never shows a prohibition where the product is only observed', () => {
    const observed = { action: 'require', code: 2028, reason: 'version-prohibited' } as const;
    const alert = verdictAlert(result({ reason: 'version-prohibited', observed }), english);
    expect(alertLines(alert)[0]).toBe('Version 3.23.0 is available. You have 3.22.1.');
  });

  it('explains a failure, and offers to go on only where the verdict was an offer', () => {
    const failure = new ClientError('installer.busy', 'busy', { exitCode: 1618 });
    const context = { supportId: 'ws_1/up_1', continues: '3.22.1' };
    const alert = failureAlert(failure, context, english);
    expect(alertLines(alert)).toEqual([
      'The update failed. Code 2044.',
      'Another installation is running on this machine. Try again when it has finished.',
      'Windows Installer 1618: Another installation is running on this machine.',
      'Support id: ws_1/up_1',
    ]);
    expect(labels(alert)).toEqual(['Try again', 'Save logs', 'Continue with 3.22.1']);
    expect(labels(failureAlert(failure, { ...context, continues: null }, english)).at(-1)).toBe('Exit');
  });
});
