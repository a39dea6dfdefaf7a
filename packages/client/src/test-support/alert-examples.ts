// Every state of the alert with the texts that a person would see, for tests that look at all of them.
import type { Policy, Verdict } from '@usher/core';
import { ClientError } from '../client-error.ts';
import type { CheckResult } from '../engine/check.ts';
import { failureAlert, problemAlert, verdictAlert } from '../launcher/alert.ts';
import type { Texts } from '../launcher/texts/texts.ts';
import type { Screen } from '../launcher/window/page/screen.ts';
import { alertScreen, outcomeScreen, workScreen, type ScreenFrame } from '../launcher/window/screen-of.ts';

/** Notes as an administrator writes them. */
export const plainNotes = `## Faster and safer

- Starts in **half** the time
- Sessions end when the screen is locked
- \`agent.exe\` no longer needs a restart

See [the full notes](https://contoso.example/notes).`;

/** Texts by which somebody tries to get more than text to a screen. */
export const hostileText =
  '<img src=x onerror="document.title=1"><script>document.title=1</script>\u001b[31m\u202etxt.exe\u202c &lt;b&gt; ' +
  '[click](javascript:document.title=1) ![pixel](https://elsewhere.example/p.png)';

/** A check result with these changes. */
export function checkResult(
  verdict: Partial<Verdict>,
  change: Partial<CheckResult> = {},
  policyChange: Partial<Policy> = {},
  releaseNotes: string | null = plainNotes,
): CheckResult {
  const policy: Policy = {
    protocol: 1,
    workstation: { id: 'ws_4k2m8q1', status: 'authorized' },
    product: { id: 'pr_1', name: 'Contoso Agent', enforcement: 'enforce', unknownVersions: 'allow' },
    known: [],
    prohibited: [{ version: '3.22.1', reason: 'It writes passwords to its log file.' }],
    assignment: {
      updateId: 'up_7d31',
      target: {
        version: '3.23.0',
        installerId: 'in_1',
        path: 'installers/pr_1/3.23.0/x64.msi',
        sha256: 'a'.repeat(64),
        size: 250_000_000,
        productCode: '{A}',
        upgradeCode: '{B}',
        architecture: 'x64',
      },
      requirement: 'optional',
      cutoffAt: null,
      startsAt: null,
      relaxedUntil: null,
      releaseNotes,
      deferral: null,
    },
    pass: null,
    offline: { graceHours: 1, then: 'run' },
    log: { seq: 1, hash: 'a' },
    issuedAt: '2026-12-01T09:00:00.000Z',
    nonce: 'n',
    ...policyChange,
  };
  return {
    policy,
    signed: '',
    verdict: {
      action: 'offer',
      code: null,
      reason: 'optional-update',
      target: '3.23.0',
      cutoffAt: null,
      observed: null,
      ...verdict,
    },
    facts: { installedVersion: '3.22.1', now: policy.issuedAt, online: true, targetOnDisk: false },
    installed: { productCode: '{C}', version: '3.22.1' },
    offlineBecause: null,
    ...change,
  };
}

const verdicts = {
  available: checkResult({}),
  dated: checkResult({ cutoffAt: '2026-12-04T21:00:00.000Z' }),
  required: checkResult({ action: 'require', reason: 'mandatory-update' }),
  overdue: checkResult({ action: 'require', reason: 'cutoff-passed', cutoffAt: '2026-12-04T21:00:00.000Z' }),
  'not-installed': checkResult({ action: 'require', reason: 'not-installed' }, { installed: null }),
  prohibited: checkResult({ action: 'require', code: 2028, reason: 'version-prohibited' }, {}, {}, null),
  'prohibited-for-good': checkResult({ action: 'block', code: 2028, reason: 'version-prohibited', target: null }),
  unknown: checkResult({ action: 'block', code: 2029, reason: 'version-unknown', target: null }),
  pending: checkResult({ action: 'block', code: 1002, reason: 'workstation-pending', target: null }),
  disabled: checkResult({ action: 'block', code: 1008, reason: 'workstation-disabled', target: null }),
  expired: checkResult({ action: 'block', code: 2031, reason: 'policy-expired', target: null }),
  offline: checkResult({}, { offlineBecause: new Error('gone') }, {}, null),
  hostile: checkResult(
    { action: 'require', code: 2028, reason: 'version-prohibited', target: `3.23.0${hostileText}` },
    { installed: { productCode: '{C}', version: hostileText } },
    {
      product: { id: 'pr_1', name: hostileText.repeat(3), enforcement: 'enforce', unknownVersions: 'allow' },
      prohibited: [{ version: '3.22.1', reason: hostileText.repeat(5) }],
    },
    `${hostileText}\n\n`.repeat(60),
  ),
} as const;

const failures = {
  'installer-failed': new ClientError('installer.failed', 'It failed.', { exitCode: 1603 }),
  'disk-full': new ClientError('disk.full', 'Full.', { space: { needed: 517_000_000, free: 112_000_000 } }),
  'put-off': new ClientError('application.open-elsewhere', 'It is open.', { sessions: 2 }),
} as const;

/** Starts that failed before there was anything to decide. */
const problems = {
  'no-rules': new ClientError(
    'policy.expired',
    'There is no valid policy on this workstation, and none could be had. Code 2031. The server at usher.contoso.example ' +
      'cannot be reached (EHOSTUNREACH). Check the network, then try again.',
    { because: ['server.unreachable'], problem: 'EHOSTUNREACH' },
  ),
  'not-activated': new ClientError(
    'workstation.not-activated',
    'This workstation is not activated. Activate it: usher-client activate --key FILE.',
  ),
} as const;

/** Every state, by its name, as a screen. The serial goes up from state to state. */
export function exampleScreens(texts: Texts): ReadonlyMap<string, Screen> {
  const screens = new Map<string, Screen>();
  const frame = (product = 'Contoso Agent'): ScreenFrame => ({
    serial: screens.size + 1,
    texts,
    product,
    status: null,
  });
  for (const [name, result] of Object.entries(verdicts)) {
    const alert = verdictAlert(result, texts);
    screens.set(name, alertScreen(alert, frame(alert.product ?? '')));
  }
  for (const [name, failure] of Object.entries(failures)) {
    const context = { supportId: 'ws_4k2m8q1/up_7d31', continues: name === 'disk-full' ? null : '3.22.1' };
    const status =
      name !== 'installer-failed' ? null : texts.say('logs.saved', { path: 'C:\\ProgramData\\Usher\\logs\\a.tar.gz' });
    screens.set(name, alertScreen(failureAlert(failure, context, texts), { ...frame(), status }));
  }
  for (const [name, problem] of Object.entries(problems)) {
    screens.set(name, alertScreen(problemAlert(problem, texts), frame('')));
  }
  const work = { title: texts.say('progress.title', { target: '3.23.0' }), mayCancel: true };
  const amount = [
    texts.say('progress.amount', { done: texts.number(112.4, 1), total: texts.number(250, 1) }),
    texts.say('progress.speed', { speed: texts.number(8.7, 1) }),
  ].join(', ');
  const left = texts.count('progress.seconds-left', 20);
  const download = { stage: texts.say('progress.downloading'), amount, left, fraction: 0.45 };
  screens.set('downloading', workScreen(work, download, true, frame()));
  const installing = { stage: texts.say('progress.installing'), amount: null, left: null, fraction: null };
  screens.set('installing', workScreen(work, installing, false, frame()));
  const title = texts.say('done.title', { target: '3.23.0' });
  screens.set('done', outcomeScreen({ title, body: [], needsAttention: false }, frame()));
  screens.set('restart', outcomeScreen({ title, body: [texts.say('done.restart')], needsAttention: true }, frame()));
  const seconds = 23;
  const closing = texts.say('running.closing', { target: '3.23.0' });
  const countdown = {
    stage: '',
    amount: null,
    left: texts.count('progress.seconds-left', seconds),
    fraction: seconds / 30,
  };
  const told = { title: closing, body: [texts.say('running.save')], needsAttention: true };
  screens.set('closing', { ...outcomeScreen(told, frame()), progress: countdown });
  return screens;
}
