// Tests of how running copies are found on Windows: what is printed there is believed, and silence is not taken for nobody.
import { expect, it } from 'vitest';
import { TestHost } from '../test-support/test-host.ts';
import { StateFolder } from '../state/state-folder.ts';
import type { Host } from './host.ts';
import { runningCopies } from './running-copies.ts';

const installed = [{ productCode: '{BECCB8A1-A978-81D6-ADDE-113866F98F3D}', version: '3.22.1' }];
const record = new StateFolder('/nope', () => undefined).installed;

function windowsThat(run: Host['run']): Host {
  return Object.assign(new TestHost(), { systemRoot: 'C:\\Windows', run });
}

const ended = (exitCode: number | null, printed: string): Host['run'] => {
  return () => Promise.resolve({ exitCode, timedOut: exitCode === null, stdout: Buffer.from(printed) });
};

const notStarted = (code: string): Host['run'] => {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
};

it('takes the processes that are listed, with their sessions', async () => {
  const listed = '[{"ProcessId":812,"SessionId":2},{"ProcessId":900,"SessionId":3}]';
  expect(await runningCopies(windowsThat(ended(0, listed)), record, installed)).toEqual({
    copies: [
      { pid: 812, owner: 'session 2' },
      { pid: 900, owner: 'session 3' },
    ],
    unseenBecause: null,
  });
  expect(await runningCopies(windowsThat(ended(0, '[]')), record, installed)).toEqual({
    copies: [],
    unseenBecause: null,
  });
});

it.each([
  ['is not there', notStarted('ENOENT'), 'there is no PowerShell'],
  ['may not be started', notStarted('EACCES'), 'there is no PowerShell'],
  ['is refused by AppLocker or App Control', notStarted('UNKNOWN'), 'there is no PowerShell that may be started'],
  ['is held to a constrained language', ended(3, ''), 'constrained language (AppLocker or App Control)'],
  ['fails', ended(1, ''), 'it ended with 1'],
  ['takes too long', ended(null, ''), 'it ended with a time-out'],
  ['prints something else', ended(0, 'Get-CimInstance : Access denied'), 'it ended with 0'],
])('says that copies cannot be seen where PowerShell %s', async (_what, run, why) => {
  const found = await runningCopies(windowsThat(run), record, installed);
  expect(found).toEqual({ copies: [], unseenBecause: expect.stringContaining(why) as string });
});

it('asks nobody where nothing is installed', async () => {
  expect(await runningCopies(windowsThat(notStarted('ENOENT')), record, [])).toEqual({
    copies: [],
    unseenBecause: null,
  });
});
