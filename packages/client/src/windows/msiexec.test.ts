// Tests of the command lines that Windows Installer is driven with.
import { describe, expect, it } from 'vitest';
import { installArguments, removeArguments } from './msiexec.ts';

const request = { file: 'C:\\ProgramData\\Usher\\cache\\a b.msi', properties: {}, logFile: 'C:\\logs\\i.log' };

describe("msiexec's arguments", () => {
  it('install for the machine, silently, without a restart, with a verbose log', () => {
    expect(installArguments(request).join(' ')).toBe(
      '/i "C:\\ProgramData\\Usher\\cache\\a b.msi" /qn /norestart /l*v "C:\\logs\\i.log" ALLUSERS=1',
    );
    expect(removeArguments({ productCode: '{X}', logFile: 'C:\\l.log' }).join(' ')).toBe(
      '/x {X} /qn /norestart /l*v "C:\\l.log"',
    );
  });

  it('quote the value of a property, and nothing of it escapes', () => {
    const properties = { ADDLOCAL: 'Pedm,Vault', GREETING: 'say "hi" /x', ALLUSERS: '2' };
    expect(installArguments({ ...request, properties }).slice(-3)).toEqual([
      'ALLUSERS=1',
      'ADDLOCAL="Pedm,Vault"',
      'GREETING="say ""hi"" /x"',
    ]);
  });

  it('refuse what is no public property, and control characters', () => {
    expect(() => installArguments({ ...request, properties: { 'A B': '' } })).toThrow(RangeError);
    expect(() => installArguments({ ...request, properties: { private: '' } })).toThrow(RangeError);
    expect(() => installArguments({ ...request, properties: { A: 'x\ny' } })).toThrow(RangeError);
  });
});
