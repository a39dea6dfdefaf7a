// What tasklist prints, read.
import { expect, test } from 'vitest';
import { processIn } from './tasklist.ts';

test('a process is told from another by its number', () => {
  const output = '"Agent.exe","4120","Console","1","10,112 K"\r\n"other.exe","412","Services","0","1 K"\r\n';
  expect(processIn(output, 4120)).toEqual({ image: 'agent.exe', session: 1 });
  expect(processIn(output, 412)).toEqual({ image: 'other.exe', session: 0 });
  expect(processIn(output, 41)).toBeNull();
});

test('one that ran in no session by name is read too, and a sentence is none', () => {
  expect(processIn('"agent.exe","7","","2","1 K"\r\n', 7)).toEqual({ image: 'agent.exe', session: 2 });
  expect(processIn('INFO: No tasks are running which match the specified criteria.\r\n', 1)).toBeNull();
});
