// What the client's MSI does as SYSTEM, and when. Its repair can be asked for by any user, who gives properties with it and
// can break it off: neither may reach what only an installation decides.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePackage } from './installer-package.ts';

let folder: string;
/** The condition of each action, and the properties that hold where it is evaluated. */
let conditions: ReadonlyMap<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'usher-package-'));
  const file = join(folder, 'any.txt');
  writeFileSync(file, 'anything');
  const files = { 'usher-client.exe': file, 'usher-start.exe': file, 'LICENSE.txt': file, 'LICENSE-node.txt': file };
  const made = join(folder, 'made.msi');
  await makePackage(files, '1.2.3', made);
  const table = execFileSync('msiinfo', ['export', made, 'InstallExecuteSequence'], { encoding: 'utf8' });
  const rows = table.split(/\r?\n/).map((line) => line.split('\t'));
  conditions = new Map(rows.map(([action = '', condition = '']) => [action, condition]));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Whether an action runs; a condition of ours is names that are there or not, and equality, joined by AND. */
function runs(action: string, properties: Readonly<Record<string, string>>): boolean {
  const condition = conditions.get(action);
  if (condition === undefined) throw new Error(`there is no ${action}`);
  return condition.split(' AND ').every((term) => {
    const [, not, name = '', value] = /^(NOT )?(\w+)(?:="(\w+)")?$/.exec(term) ?? [];
    const holds = value === undefined ? properties[name] !== undefined : properties[name] === value;
    return holds === (not === undefined);
  });
}

const ours = [
  'ActivateWithFile',
  'ActivateWithText',
  'UndoService',
  'InstallService',
  'RestoreService',
  'RemoveService',
  'EndService',
] as const;
const running = (properties: Readonly<Record<string, string>>) => ours.filter((action) => runs(action, properties));
const keys = { USHER_KEY: 'usher-key-1.of-somebody', USHER_KEY_FILE: 'C:\\Users\\Public\\key.txt' };

test('an installation, also over an older version, activates with the key that it is given', () => {
  expect(running({ USHER_KEY_FILE: keys.USHER_KEY_FILE })).toEqual([
    'ActivateWithFile',
    'UndoService',
    'InstallService',
  ]);
  expect(running({ USHER_KEY: keys.USHER_KEY, OLDERVERSION: '{X}' })).toEqual([
    'ActivateWithText',
    'UndoService',
    'InstallService',
  ]);
});

test('a repair takes no key, whoever asks for it, and to break it off removes no service', () => {
  expect(running({ ...keys, Installed: '1', REINSTALL: 'ALL' })).toEqual(['InstallService']);
});

test('the removal for a newer version ends the service without leaving the machine as one that has none', () => {
  expect(running({ Installed: '1', REMOVE: 'ALL', UPGRADINGPRODUCTCODE: '{X}' })).toEqual([
    'RestoreService',
    'EndService',
  ]);
});

test('a removal ends the service, and one that does not come to its end brings it back', () => {
  expect(running({ ...keys, Installed: '1', REMOVE: 'ALL' })).toEqual(['RestoreService', 'RemoveService']);
});
