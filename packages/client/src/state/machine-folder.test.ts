// Where the machine's state is looked for: an engine that is installed is found whatever a person has set in their environment,
// and none that somebody made elsewhere is taken for it.
import { expect, test } from 'vitest';
import { machineFolderOf } from './machine-folder.ts';

const ours = 'C:\\ProgramData\\Usher';
const mine = { ProgramData: 'C:\\Users\\ana\\mine', SystemRoot: 'D:\\Windows', SystemDrive: 'D:' };
/** A machine with Windows there, and engines in these folders. */
const machine = (windowsFolder: string | null, ...engines: readonly string[]) => ({
  windowsFolder: () => windowsFolder,
  isThere: (path: string) => engines.some((folder) => path === `${folder}\\public\\engine.json`),
});

test('on Windows neither the environment nor another drive leads past the engine on the drive of Windows', () => {
  for (const windowsFolder of ['C:\\Windows', '\\\\?\\C:\\Windows', null]) {
    expect(machineFolderOf('win32', mine, machine(windowsFolder, ours))).toBe(ours);
    const planted = machine(windowsFolder, ours, 'D:\\ProgramData\\Usher', 'C:\\Users\\ana\\mine\\Usher');
    expect(machineFolderOf('win32', mine, planted)).toBe(ours);
  }
});

test('on Windows the engine is found on the drive that Windows is on, also where that is not C:', () => {
  const both = machine('E:\\Windows', 'E:\\ProgramData\\Usher', ours);
  expect(machineFolderOf('win32', mine, both)).toBe('E:\\ProgramData\\Usher');
});

test('on Windows the environment says where the folder is while there is no engine there', () => {
  const none = machine('C:\\Windows');
  expect(machineFolderOf('win32', mine, none)).toBe('C:\\Users\\ana\\mine\\Usher');
  expect(machineFolderOf('win32', { ProgramData: 'D:\\Data' }, none)).toBe('D:\\Data\\Usher');
  expect(machineFolderOf('win32', {}, none)).toBe(ours);
});

test('on Linux no environment moves it', () => {
  expect(machineFolderOf('linux', mine, machine(null))).toBe('/var/lib/usher-client');
});
