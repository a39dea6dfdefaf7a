// Tests of what a person without rights is told: processes of another account, on a state folder that is not theirs.
import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundledClient, ProcessWorkstation, type ProcessEnd } from '../test-support/client-process.ts';

const client = bundledClient();
/** Nobody's account, which has no rights in a folder of root's; whoever is not root shuts the folder to themselves. */
const isRoot = process.getuid?.() === 0;
const person = isRoot ? { uid: 65534, gid: 65534 } : {};

async function asPerson(workstation: ProcessWorkstation, args: readonly string[]): Promise<ProcessEnd> {
  const [program, ...rest] = workstation.command(args);
  const child = spawn(program, rest, { env: { LANG: 'C.UTF-8' }, stdio: ['ignore', 'pipe', 'pipe'], ...person });
  const said = { printed: '', told: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.told += text));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...said }));
  });
}

/** A workstation whose folders others may pass through, and whose state belongs to its administrator. */
async function workstationOfAnother(): Promise<ProcessWorkstation> {
  const workstation = await ProcessWorkstation.create(client.path);
  await chmod(join(client.path, '..'), 0o755);
  await chmod(workstation.folder, 0o755);
  await mkdir(join(workstation.state, 'public'), { recursive: true });
  await chmod(workstation.state, 0o711);
  await chmod(join(workstation.state, 'identity.json'), isRoot ? 0o600 : 0);
  return workstation;
}

test('a state that is another’s, with no engine to ask, is said in plain words by every command', async () => {
  const workstation = await workstationOfAnother();
  const { key } = workstation.server;
  const commands = [
    ['status'],
    ['start', '--', '/bin/true'],
    ['doctor'],
    ['logs'],
    ['deactivate'],
    ['activate', '--key', key],
  ];
  for (const args of commands) {
    const { status, told } = await asPerson(workstation, args);
    expect(`${args[0]}: ${told}`).toContain('cannot be read. Have an administrator install the engine');
    expect(told.trimEnd().split('\n').at(-1)).toMatch(/^usher-client: /);
    expect(status).toBe(1);
  }
});

test('where an engine runs, doctor and logs are its answers', async () => {
  const workstation = await workstationOfAnother();
  if (!isRoot) await chmod(join(workstation.state, 'identity.json'), 0o600);
  await workstation.serve();
  const doctor = await asPerson(workstation, ['doctor']);
  expect(doctor).toMatchObject({ status: 0, told: '' });
  // Without root both are one account, which sees everything itself.
  expect(doctor.printed).toContain(isRoot ? 'engine: answers' : 'state folder: ');
  expect(doctor.printed).toContain('server: answers; this workstation is authorized');
  const logs = await asPerson(workstation, ['logs']);
  expect(logs).toMatchObject({ status: 0, told: '' });
  expect(logs.printed).toContain('the engine listens at');
});

test('a second engine, and one without rights, say why they do not run', async () => {
  const workstation = await workstationOfAnother();
  if (!isRoot) await chmod(join(workstation.state, 'identity.json'), 0o600);
  await workstation.serve();
  expect(await workstation.run(['service', 'run'])).toMatchObject({
    status: 1,
    told: expect.stringContaining('already: there is nothing to start') as string,
  });
  const { status, told } = await asPerson(workstation, ['service', 'run']);
  expect(status).toBe(1);
  expect(told).toMatch(isRoot ? /Run this as an administrator/ : /already/);
});

test('rules that do not hold are said with their code, and what to do', async () => {
  const workstation = await workstationOfAnother();
  if (!isRoot) await chmod(join(workstation.state, 'identity.json'), 0o600);
  const { child, ended } = await workstation.serve();
  expect(await asPerson(workstation, ['check'])).toMatchObject({ status: 0 });
  child.kill('SIGKILL');
  await ended;
  await writeFile(join(workstation.state, 'public', 'policy.jws'), 'no policy');
  const { status, told } = await asPerson(workstation, ['start', '--', '/bin/true']);
  expect(status).toBe(40);
  expect(told).toMatch(/do not hold\. Code 2031\. Start again when .* \(token\.[a-z-]+\)$/m);
});
