// The scheduled task: what it is told, and that no path gets out of its place in a command line or in the XML.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { taskXml, windowsArgument } from './scheduled-task.ts';

/** Takes a command line apart as CommandLineToArgvW does, after the program's own name. */
function windowsArguments(line: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < line.length) {
    while (line[at] === ' ') at += 1;
    let [argument, isQuoted] = ['', false];
    for (; at < line.length && (isQuoted || line[at] !== ' '); at += 1) {
      const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
      if (line[at + slashes] === '"') {
        argument += '\\'.repeat(Math.floor(slashes / 2));
        at += slashes;
        if (slashes % 2 === 1) argument += '"';
        else isQuoted = !isQuoted;
      } else if (slashes > 0) {
        argument += '\\'.repeat(slashes);
        at += slashes - 1;
      } else argument += line[at] ?? '';
    }
    found.push(argument);
  }
  return found;
}

describe('an argument for Windows', () => {
  test('is read as it was written, whatever is in it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\\', '"', 'ã', '&', ';'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (words) => {
        expect(windowsArguments(words.map(windowsArgument).join(' '))).toEqual(words);
      }),
    );
  });
});

describe('the task', () => {
  const xml = taskXml({
    program: 'C:\\Program Files\\R&D <x>\\usher-client.exe',
    args: ['service', 'run', '--state', 'D:\\a b\\'],
  });

  test('runs under SYSTEM from the start of the machine, on battery too, without an end, once', () => {
    for (const setting of [
      '<BootTrigger>',
      '<UserId>S-1-5-18</UserId>',
      '<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
      '<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
      '<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
      '<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
      '<RestartOnFailure>',
      '<Priority>5</Priority>',
    ]) {
      expect(xml).toContain(setting);
    }
  });

  test('quotes paths as XML and as a command line', () => {
    expect(xml).toContain('<Command>&quot;C:\\Program Files\\R&amp;D &lt;x&gt;\\usher-client.exe&quot;</Command>');
    expect(xml).toContain('<Arguments>service run --state &quot;D:\\a b\\\\&quot;</Arguments>');
  });
});
