// An organization's command signs programs and the MSI, where they lie or beside them; what it leaves is looked at.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isSigned, sign } from './sign.ts';

const testdata = (name: string) => fileURLToPath(new URL(`../../packages/testkit/testdata/${name}`, import.meta.url));
const program = testdata('programs/app.exe');
const unsignedMsi = testdata('installers/contoso-agent-3.24.0-unsigned.msi');

let keys: string;
let folder: string;
let command: string;
beforeAll(() => {
  keys = mkdtempSync(join(tmpdir(), 'usher-signing-keys-'));
  const subject = ['-subj', '/CN=Example Workstations', '-addext', 'extendedKeyUsage=codeSigning', '-days', '2'];
  const files = ['-keyout', join(keys, 'key.pem'), '-out', join(keys, 'certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'ignore' });
  command = `osslsigncode sign -certs '${keys}/certificate.pem' -key '${keys}/key.pem' -h sha256 -in "$IN" -out "$OUT"`;
});
afterAll(() => rmSync(keys, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-signing-'));
  return () => rmSync(folder, { recursive: true });
});

function copyOf(path: string, name: string): string {
  const copy = join(folder, name);
  copyFileSync(path, copy);
  return copy;
}

test.each([
  ['a program', program, 'program.exe'],
  ['an MSI', unsignedMsi, 'package.msi'],
])('%s is signed in its place, and verifies', async (_what, source, name) => {
  const file = copyOf(source, name);
  expect(isSigned(readFileSync(file))).toBe(false);
  await sign(file, command);
  expect(isSigned(readFileSync(file))).toBe(true);
  const verify = ['verify', '-CAfile', join(keys, 'certificate.pem'), '-in', file];
  expect(execFileSync('osslsigncode', verify, { encoding: 'utf8' })).toContain('Signature verification: ok');
  expect(readdirSync(folder)).toEqual([name]);
});

test('a command may sign the file that it is given, and write no other', async () => {
  const file = copyOf(program, 'program.exe');
  await sign(file, `${command} && mv "$OUT" "$IN"`);
  expect(isSigned(readFileSync(file))).toBe(true);
});

test.each([
  ['fails', 'echo no such key >&2; exit 3', 'ended with 3: no such key'],
  ['signs nothing', 'true', 'left no signature on program.exe'],
])('a command that %s fails the build, and the file stays as it was', async (_what, wrong, said) => {
  const file = copyOf(program, 'program.exe');
  await expect(sign(file, wrong)).rejects.toThrow(said);
  expect(readFileSync(file).equals(readFileSync(program))).toBe(true);
  expect(readdirSync(folder)).toEqual(['program.exe']);
});
