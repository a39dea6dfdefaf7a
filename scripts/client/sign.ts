// Lets an organization's own command sign what was built. Usher never sees a key: the command does what it has to.
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Signs `path` in its place with `command`, which a shell runs with two variables: `IN`, the file to sign, and `OUT`,
 * where the signed one goes. A command that signs `IN` itself, and writes no `OUT`, is as good.
 * @throws {Error} where the command fails, or what it left has no signature
 */
export async function sign(path: string, command: string): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), '.signing-'));
  try {
    const given = join(folder, basename(path));
    const signed = join(folder, `signed-${basename(path)}`);
    await copyFile(path, given);
    await runCommand(command, { IN: given, OUT: signed });
    const result = (await exists(signed)) ? signed : given;
    if (!isSigned(await readFile(result))) throw new Error(`the command left no signature on ${basename(path)}`);
    await rename(result, path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Is there a signature in a Windows program (its certificate table) or in an MSI (the stream that holds it)? */
export function isSigned(file: Buffer): boolean {
  if (file.toString('latin1', 0, 2) !== 'MZ') return file.includes(Buffer.from('\u0005DigitalSignature\0', 'utf16le'));
  const optionalHeader = file.readUInt32LE(0x3c) + 24;
  // The fifth data directory of a 64-bit program (Microsoft PE format, "Attribute Certificate Table").
  return file.readUInt32LE(optionalHeader + 144) > 0 && file.readUInt32LE(optionalHeader + 148) > 0;
}

function runCommand(command: string, files: Readonly<Record<'IN' | 'OUT', string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      env: { ...process.env, ...files },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (text: Buffer) => (said += text.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`the command that signs ended with ${String(status)}: ${said.trim().slice(-2000)}`));
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
