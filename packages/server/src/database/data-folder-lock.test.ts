// One server per data folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderInUseError, lockDataFolder } from './data-folder-lock.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-test-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the second is refused in a sentence that says what to do, until the first lets go', () => {
  const first = lockDataFolder(join(folder, 'data'));
  const second = () => lockDataFolder(join(folder, 'data'));
  expect(second).toThrow(DataFolderInUseError);
  expect(second).toThrow(/Stop it first.*USHER_DATA/);
  first.release();
  second().release();
});

test('two folders are two', () => {
  const locks = ['a', 'b'].map((name) => lockDataFolder(join(folder, name)));
  for (const lock of locks) lock.release();
});
