// What `reg.exe export` writes is read back as it stands in the registry.
import { expect, test } from 'vitest';
import { parseRegistryText } from './registry-text.ts';

const lines = (...all: string[]) => `\uFEFF${['Windows Registry Editor Version 5.00', '', ...all, ''].join('\r\n')}`;

test('reads keys, and values of every type', () => {
  const text = lines(
    '[HKEY_LOCAL_MACHINE\\Software\\Contoso]',
    '@="default"',
    '"Path \\"é\\""="C:\\\\Program Files\\\\東京"',
    '"Empty"=""',
    '"Number"=dword:0000040a',
    '"Expanded"=hex(2):25,00,41,00,25,00,00,00',
    '"Several"=hex(7):61,00,00,00,62,\\',
    '  00,00,00,00,00',
    '"Bytes"=hex:01,ff',
    '',
    '[HKEY_LOCAL_MACHINE\\Software\\Contoso\\Sub]',
  );
  const keys = parseRegistryText(text);
  expect([...keys.keys()]).toEqual([
    'HKEY_LOCAL_MACHINE\\Software\\Contoso',
    'HKEY_LOCAL_MACHINE\\Software\\Contoso\\Sub',
  ]);
  expect(Object.fromEntries(keys.get('HKEY_LOCAL_MACHINE\\Software\\Contoso')!)).toEqual({
    '': 'default',
    'Path "é"': 'C:\\Program Files\\東京',
    Empty: '',
    Number: 1034,
    Expanded: '%A%',
    Several: ['a', 'b'],
    Bytes: new Uint8Array([1, 255]),
  });
});

test('says which line it does not know', () => {
  expect(() => parseRegistryText(lines('[HKEY_LOCAL_MACHINE]', '"x"=qword:1'))).toThrow(
    'not a registry value: qword:1',
  );
  expect(() => parseRegistryText(lines('nonsense'))).toThrow('not a line of a registry file: nonsense');
});
