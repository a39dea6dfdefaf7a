// Tests of the state: damaged files never brick the client, one client works at a time.
import fc from 'fast-check';
import { mkdir, open, readFile, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { runProcess } from '../engine/process-runner.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { TestHost } from '../test-support/test-host.ts';
import { writeAtomically } from './atomic-file.ts';
import { acquireLock, livingHolder, type LockEnvironment } from './instance-lock.ts';
import { StateFile } from './state-file.ts';

const schema = z.object({ name: z.string() });

describe('a state file', () => {
  it('comes back as it was written, and leaves nothing beside it', async () => {
    const folder = await temporaryFolder();
    const file = new StateFile(join(folder, 'a.json'), schema, () => undefined);
    expect(await file.read()).toBeNull();
    await file.write({ name: 'ã' });
    expect(await file.read()).toEqual({ name: 'ã' });
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('is set aside where it was cut at any length, and told of', async () => {
    const folder = await temporaryFolder();
    const text = '{"name":"value"}';
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length - 1 }), async (length) => {
        const damages: string[] = [];
        const file = new StateFile(join(folder, 'a.json'), schema, ({ setAsideAs }) => damages.push(setAsideAs));
        await writeFile(file.path, text.slice(0, length));
        expect(await file.read()).toBeNull();
        expect(damages).toHaveLength(1);
        expect(await readFile(damages[0] ?? '', 'utf8')).toBe(text.slice(0, length));
        await file.write({ name: 'again' });
        expect(await file.read()).toEqual({ name: 'again' });
      }),
      { numRuns: 25 },
    );
  });
});

describe('damage to the state folder', () => {
  it.each([
    'identity.json',
    'policy.jws',
    'clock.json',
    'product.json',
    'settings.json',
    'tuf/catalogue.json',
    'queue/counters.json',
  ])('of %s: the application still starts, online and offline', async (name) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];
    for (const text of ['', '{"format": 1, "roo']) {
      await writeFile(join(workstation.state, name), text);
      expect(await workstation.run(start)).toMatchObject({ status: 9 });
    }
    await workstation.server.stop();
    if (name !== 'policy.jws') {
      await writeFile(join(workstation.state, name), '{"for');
      expect(await workstation.run(start)).toMatchObject({ status: 9 });
    }
  });
});

describe('the lock', () => {
  const host = new TestHost();
  let ids = 0;
  const environment = (change: Partial<LockEnvironment> = {}): LockEnvironment => ({
    pid: process.pid,
    clock: { now: () => Date.now(), sinceBoot: () => performance.now() },
    newId: () => `id-${(ids += 1)}`,
    isAlive: (pid) => host.isAlive(pid),
    wait: (ms) => pause(ms / 50),
    ...change,
  });

  /** Another process touches the lock when it has been looked at some times. */
  function touchedWhileWaiting(of: LockEnvironment, touch: () => Promise<void>): LockEnvironment {
    let looks = 0;
    const wait = async () => {
      if ((looks += 1) === 5) await touch();
    };
    return { ...of, wait };
  }

  it('is held by one client at a time', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const held = await acquireLock(path, environment(), 0);
    await expect(acquireLock(path, environment(), 0)).rejects.toMatchObject({ code: 'state.busy' });
    const waiting = acquireLock(path, environment(), 60_000);
    await held.release();
    await (await waiting).release();
    expect(await readdir(join(path, '..'))).toEqual([]);
  });

  it('is taken over from a dead process, and from one that was cut while it wrote', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, JSON.stringify({ pid: 2 ** 22 + 1, id: 'dead' }));
    await (await acquireLock(path, environment(), 0)).release();
    await writeFile(path, '{"pi');
    const longAgo = Date.now() / 1000 - 30;
    await utimes(path, longAgo, longAgo);
    await (await acquireLock(path, environment(), 0)).release();
    expect(await readdir(join(path, '..'))).toEqual([]);
  });

  it('is taken over where its process number belongs to another program by now', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, JSON.stringify({ pid: process.pid, id: 'old' }));
    const longAgo = Date.now() / 1000 - 120;
    await utimes(path, longAgo, longAgo);
    await (await acquireLock(path, environment(), 0)).release();
  });

  it('is not taken over from one that lives, however far the clock has jumped', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const held = await acquireLock(path, environment(), 0);
    // The machine slept, or its clock was corrected: the next touch of the one that lives is still to come.
    const ahead = 90_000;
    const later = { ...environment(), clock: { ...environment().clock, now: () => Date.now() + ahead } };
    const seconds = () => (Date.now() + ahead) / 1000;
    const touch = () => utimes(path, seconds(), seconds());
    await expect(acquireLock(path, touchedWhileWaiting(later, touch), 0)).rejects.toMatchObject({ code: 'state.busy' });
    await utimes(path, Date.now() / 1000, Date.now() / 1000);
    expect(await livingHolder(path, touchedWhileWaiting(later, touch))).toBe(process.pid);
    await held.release();
    expect(await readdir(join(path, '..'))).toEqual([]);
  });

  it('goes on being touched after one touch has failed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const path = join(await temporaryFolder(), 'lock');
      const held = await acquireLock(path, environment(), 0);
      // Another client looks at it: for a moment it stands under another name.
      await rename(path, `${path}.away`);
      vi.advanceTimersByTime(5_000);
      await pause(50);
      await rename(`${path}.away`, path);
      await utimes(path, 1_000, 1_000);
      vi.advanceTimersByTime(5_000);
      await expect.poll(async () => (await stat(path)).mtimeMs).toBeGreaterThan(1_000_000);
      await held.release();
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not taken over from one that found no room for its name, but lives', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, '');
    const longAgo = Date.now() / 1000 - 90;
    await utimes(path, longAgo, longAgo);
    const touch = () => utimes(path, Date.now() / 1000, Date.now() / 1000);
    const asked = acquireLock(path, touchedWhileWaiting(environment(), touch), 0);
    await expect(asked).rejects.toMatchObject({ code: 'state.busy' });
  });

  it('is taken over where its time lies ahead of a clock that was set back, once that was seen for a minute', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, JSON.stringify({ pid: process.pid, id: 'old' }));
    const ahead = Date.now() / 1000 + 86_400;
    await utimes(path, ahead, ahead);
    const at = (now: number) => ({ ...environment(), clock: { ...environment().clock, now: () => now } });
    const began = Date.now();
    await expect(acquireLock(path, at(began), 0)).rejects.toMatchObject({ code: 'state.busy' });
    await expect(acquireLock(path, at(began + 50_000), 0)).rejects.toMatchObject({ code: 'state.busy' });
    await (await acquireLock(path, at(began + 61_000), 0)).release();
  });

  it('lets clients that race for it in one after another', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, JSON.stringify({ pid: 2 ** 22 + 1, id: 'dead' }));
    let inside = 0;
    const one = async () => {
      const held = await acquireLock(path, environment(), 60_000);
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 3));
      inside -= 1;
      await held.release();
    };
    await Promise.all(Array.from({ length: 6 }, one));
  });

  it('says what to do where the folder cannot be written', async () => {
    const folder = join(await temporaryFolder(), 'missing');
    await expect(acquireLock(join(folder, 'lock'), environment(), 0)).rejects.toMatchObject({ code: 'state.unusable' });
  });
});

describe('a write', () => {
  it('that is killed leaves the old content', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    await writeAtomically(path, 'old');
    await mkdir(`${path}.tmp`);
    await expect(writeAtomically(path, 'new')).rejects.toThrow();
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});

describe('the process runner', () => {
  it('tries again where a program cannot be started for a moment, and gives up where it is not there', async () => {
    const program = join(await temporaryFolder(), 'program');
    await writeFile(program, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const writer = await open(program, 'r+');
    setTimeout(() => void writer.close(), 50);
    expect(await runProcess(program, [], { timeoutMs: 60_000 })).toMatchObject({ exitCode: 3 });
    await expect(runProcess(`${program}-gone`, [], { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends a program that takes too long', async () => {
    expect(await runProcess('/bin/sh', ['-c', 'sleep 30'], { timeoutMs: 50 })).toMatchObject({
      exitCode: null,
      timedOut: true,
    });
  });
});
