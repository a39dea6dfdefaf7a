// A fresh Wine prefix takes ten seconds to make: one is made and kept under `.build`, and each test gets a copy.
// Wine's own programs and libraries (all but a few megabytes) are hard links in a copy, so that it takes
// a moment; the registry and all that programs write to are files of its own.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  copyFile,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../run-tool.ts';

/** Where prefixes lie: on one file system, as hard links need. Not part of the repository. */
export const wineFolder: string = fileURLToPath(new URL('../../../../.build/wine', import.meta.url));

/** Raised when the recipe below changes, so that an older template is not taken for it. */
const recipeVersion = 1;

/** Folders below `drive_c/windows` whose files no program changes. */
const sharedFolders = ['system32', 'syswow64', 'winsxs', 'resources', 'globalization'];

/**
 * The environment of every Wine program: no debug output, no display, no Mono, Gecko or desktop menus (each would ask
 * or write outside the prefix), and UTF-8, without which arguments beyond ASCII are lost.
 */
export function wineEnvironment(prefix: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: join(prefix, 'home'),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=d',
  };
}

/** Ends the Wine server of `prefix` and with it every program of that prefix; it has written its registry then. */
export async function endWineServer(prefix: string): Promise<void> {
  const environment = wineEnvironment(prefix);
  // Status 1 says that no server is running, which is what is wanted.
  await runTool('sh', ['-c', 'wineserver -k || test $? -eq 1'], { environment });
  await runTool('wineserver', ['-w'], { environment });
}

/** Makes personal folders real ones: Wine makes them links into the home folder. */
async function replaceHomeLinks(prefix: string): Promise<void> {
  const users = join(prefix, 'drive_c', 'users');
  for (const user of await readdir(users)) {
    for (const name of await readdir(join(users, user))) {
      const path = join(users, user, name);
      if (!(await lstat(path)).isSymbolicLink()) continue;
      await rm(path);
      await mkdir(path);
    }
  }
}

async function makeTemplate(): Promise<string> {
  const version = (await runTool('wine', ['--version'], { environment: wineEnvironment('/nonexistent') })).stdout;
  const name = createHash('sha256').update(`${recipeVersion} ${version}`).digest('hex').slice(0, 16);
  const template = join(wineFolder, `template-${name}`);
  if (existsSync(template)) return template;
  await mkdir(wineFolder, { recursive: true });
  const making = await mkdtemp(join(wineFolder, 'making-'));
  const environment = wineEnvironment(making);
  await mkdir(join(making, 'home'));
  await runTool('wine', ['wineboot', '--init'], { environment });
  await runTool('wine', ['winecfg', '-v', 'win10'], { environment });
  await endWineServer(making);
  await replaceHomeLinks(making);
  try {
    await rename(making, template);
  } catch (error) {
    // Another process has made it at the same time; its template is as good.
    if (!existsSync(template)) throw error;
    await rm(making, { recursive: true });
  }
  return template;
}

async function copyFolder(from: string, to: string, isShared: (path: string) => boolean): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target, isShared);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (isShared(source)) await link(source, target);
    else await copyFile(source, target);
  }
}

/** Gives a copy a machine id of its own, or every prefix would be the same workstation. */
async function giveMachineGuid(prefix: string): Promise<void> {
  const file = join(prefix, 'system.reg');
  const text = await readFile(file, 'utf8');
  const changed = text.replace(/^"MachineGuid"=".*"$/m, `"MachineGuid"="${randomUUID()}"`);
  if (changed === text) throw new Error(`${file} has no MachineGuid`);
  await writeFile(file, changed);
}

/** Removes what tests that were killed have left; the number in a prefix's name is the process that made it. */
async function removeAbandonedPrefixes(): Promise<void> {
  for (const name of await readdir(wineFolder)) {
    const owner = /^prefix-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    await endWineServer(join(wineFolder, name));
    await rm(join(wineFolder, name), { recursive: true, force: true });
  }
}

/** Makes a fresh prefix (Windows 10, 64 bits) and gives its folder. The first one takes ten seconds. @throws {ToolError} */
export async function makeWinePrefix(): Promise<string> {
  const template = await makeTemplate();
  await removeAbandonedPrefixes();
  const prefix = await mkdtemp(join(wineFolder, `prefix-${process.pid}-`));
  const windows = join(template, 'drive_c', 'windows');
  const isShared = (path: string) => sharedFolders.includes(relative(windows, path).split('/')[0] ?? '');
  await copyFolder(template, prefix, isShared);
  await giveMachineGuid(prefix);
  return prefix;
}
