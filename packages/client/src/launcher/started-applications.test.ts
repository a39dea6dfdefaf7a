// Tests of closing the application before its files are replaced: only what the launcher started is asked.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { closeStarted, noteStarted } from './started-applications.ts';

function run(script: string) {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('a running application', () => {
  it('is asked to close where the launcher started it; another of the same program is left alone', async () => {
    const workstation = await ContosoWorkstation.activated();
    workstation.host.wait = () => new Promise((resolve) => setTimeout(resolve, 20));
    const engine = await workstation.open();
    const [ours, theirs] = [run('echo; read x'), run('echo; read x')];
    await Promise.all([once(ours.stdout, 'data'), once(theirs.stdout, 'data')]);
    await noteStarted(engine, ours.pid ?? 0);
    await closeStarted(engine);
    expect(ours.signalCode ?? (await once(ours, 'exit'))[1]).toBe('SIGTERM');
    expect(theirs.exitCode ?? theirs.signalCode).toBeNull();
  });

  it('that stays open is not ended by force', async () => {
    const workstation = await ContosoWorkstation.activated();
    const engine = await workstation.open();
    const stubborn = run('trap "" TERM; echo; read x');
    await once(stubborn.stdout, 'data');
    await noteStarted(engine, stubborn.pid ?? 0);
    await expect(closeStarted(engine)).rejects.toMatchObject({ code: 'application.running' });
    expect(stubborn.exitCode ?? stubborn.signalCode).toBeNull();
  });
});
