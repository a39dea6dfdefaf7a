// Where the machine's state is looked for: an engine that is installed is found whatever a person has set in their environment.
import { expect, test } from 'vitest';
import { machineFolderOf } from './machine-folder.ts';

const program = 'C:\\Program Files\\Usher\\usher-client.exe';
const ours = 'C:\\ProgramData\\Usher';
const engineAt = (folder: string) => (path: string) => path === `${folder}\\public\\engine.json`;
const mine = { ProgramData: 'C:\\Users\\ana\\mine' };

test('on Windows the environment does not lead past the engine of the program’s own drive', () => {
  expect(machineFolderOf('win32', mine, program, engineAt(ours))).toBe(ours);
  expect(machineFolderOf('win32', mine, 'D:\\Apps\\app.exe', engineAt('D:\\ProgramData\\Usher'))).toBe(
    'D:\\ProgramData\\Usher',
  );
});

test('on Windows it says where the folder is while there is no engine there', () => {
  const none = () => false;
  expect(machineFolderOf('win32', mine, program, none)).toBe('C:\\Users\\ana\\mine\\Usher');
  expect(machineFolderOf('win32', { ProgramData: 'D:\\Data' }, null, none)).toBe('D:\\Data\\Usher');
  expect(machineFolderOf('win32', {}, program, none)).toBe(ours);
});

test('on Linux no environment moves it', () => {
  expect(machineFolderOf('linux', mine, '/opt/usher/usher-client', () => false)).toBe('/var/lib/usher-client');
});
