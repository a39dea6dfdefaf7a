// Storage: a file is there whole under its hash, or not at all.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../../ids.ts';
import { makeInstallerStorage, type InstallerStorage, type StorageTools } from './storage.ts';

const now = Date.parse('2026-11-20T09:00:00Z');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-storage-'));
});

afterEach(() => rm(folder, { recursive: true }));

function storage(more: Partial<StorageTools> = {}): InstallerStorage {
  return makeInstallerStorage({ folder, mostBytes: 1000, clock: { now: () => now }, random: systemRandom, ...more });
}

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

/** Every file below the folder. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a received file', () => {
  test('lies aside, readable by nobody else, until it is kept under its hash', async () => {
    const store = storage();
    const file = await store.receive(Readable.from([Buffer.from('one '), Buffer.from('two')]));
    expect(file).toMatchObject({ size: 7, sha256: sha256('one two') });
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    await store.keep(file);
    expect(await files()).toEqual([join(folder, file.sha256.slice(0, 2), file.sha256)]);
    expect(await readFile(store.pathOf(file.sha256), 'utf8')).toBe('one two');
  });

  test('can be kept again where a transaction runs again, and twice with the same content', async () => {
    const store = storage();
    const first = await store.receive(Readable.from([Buffer.from('same')]));
    await store.keep(first);
    await store.keep(first);
    await store.keep(await store.receive(Readable.from([Buffer.from('same')])));
    expect(await files()).toEqual([store.pathOf(sha256('same'))]);
  });

  test('cannot be kept once it was discarded', async () => {
    const store = storage();
    const file = await store.receive(Readable.from([Buffer.from('gone')]));
    await store.discard(file);
    await expect(store.keep(file)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await files()).toEqual([]);
  });

  test('may have as many bytes as allowed, and one more leaves nothing', async () => {
    const store = storage();
    await expect(store.receive(Readable.from([Buffer.alloc(1000)]))).resolves.toMatchObject({ size: 1000 });
    const before = await files();
    await expect(store.receive(Readable.from([Buffer.alloc(600), Buffer.alloc(401)]))).rejects.toMatchObject({
      code: 'installer.too-large',
    });
    expect(await files()).toEqual(before);
  });

  test('leaves nothing where its sender goes away', async () => {
    const source = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('the connection broke');
      })(),
    );
    await expect(storage().receive(source)).rejects.toThrow('the connection broke');
    expect(await files()).toEqual([]);
  });

  test('is refused in plain words where the disk is full', async () => {
    const store = storage({ openSink: () => createWriteStream('/dev/full') });
    await expect(store.receive(Readable.from([Buffer.alloc(100)]))).rejects.toMatchObject({
      code: 'installer.disk-full',
      kind: { status: 507 },
    });
  });
});

describe('the sweep', () => {
  test('removes files aside and files without an installer, and leaves everything else', async () => {
    const store = storage();
    const known = await store.receive(Readable.from([Buffer.from('known')]));
    const orphan = await store.receive(Readable.from([Buffer.from('orphan')]));
    await store.keep(known);
    await store.keep(orphan);
    await store.receive(Readable.from([Buffer.from('aside')]));
    await writeFile(join(folder, 'README'), 'of the administrator');
    expect(await store.sweep((sha) => Promise.resolve(sha === known.sha256), 0)).toBe(2);
    expect((await files()).sort()).toEqual([join(folder, 'README'), store.pathOf(known.sha256)].sort());
  });

  test('leaves young files alone where others may be at work on them', async () => {
    const store = storage();
    const young = await store.receive(Readable.from([Buffer.from('young')]));
    const old = await store.receive(Readable.from([Buffer.from('old')]));
    const at = (age: number) => new Date(now - age);
    await utimes(young.path, at(1000), at(1000));
    await utimes(old.path, at(5000), at(5000));
    expect(await store.sweep(() => Promise.resolve(false), 2000)).toBe(1);
    expect(await files()).toEqual([young.path]);
  });

  test('finds nothing in a folder that is not there yet', async () => {
    const store = storage({ folder: join(folder, 'not', 'there') });
    expect(await store.sweep(() => Promise.resolve(false), 0)).toBe(0);
    await mkdir(join(folder, 'ab'));
    await writeFile(join(folder, 'ab', 'not-a-hash'), '');
    expect(await storage().sweep(() => Promise.resolve(false), 0)).toBe(0);
  });
});
