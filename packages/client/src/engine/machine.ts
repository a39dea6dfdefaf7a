// The real machine: its names, its ids, its programs, its disk.
import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { arch, hostname, release, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { isSea } from 'node:sea';
import { setTimeout as delay } from 'node:timers/promises';
import { machineClock } from '../clock.ts';
import { systemCode } from '../client-error.ts';
import { readTextIfThere } from '../state/state-file.ts';
import { machineGuid, onceKnown } from '../windows/machine-guid.ts';
import { Registry } from '../windows/registry.ts';
import type { Host, MachineFacts } from './host.ts';
import { networkOf } from './network.ts';
import { runProcess } from './process-runner.ts';

/** What the machine says about itself holds for so long, in milliseconds. */
const factsHoldMs = 60_000;

/** Node's names of processors as the product names them. */
const architectures: Readonly<Record<string, string>> = { ia32: 'x86', x64: 'x64', arm64: 'arm64' };

/** The machine that this runs on. */
export function thisMachine(options: {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
}): Host {
  const { platform, environment, pid } = options;
  const systemRoot = platform === 'win32' ? (environment.SystemRoot ?? 'C:\\Windows') : null;
  return {
    platform,
    clock: machineClock,
    pid,
    isAlive,
    random: (length) => randomBytes(length),
    uuid: () => randomUUID(),
    run: runProcess,
    network: networkOf(platform, environment),
    freeBytes,
    facts: rarely(() => facts(platform, environment)),
    machineId: onceKnown(() =>
      systemRoot === null ? linuxMachineId() : machineGuid(new Registry(runProcess, systemRoot)),
    ),
    wait: async (ms, signal) => {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    },
    systemRoot,
    program: isSea() ? process.execPath : null,
    startApart: (program, args) => {
      spawn(program, args, { detached: true, stdio: 'ignore', windowsHide: true, cwd: dirname(program) }).unref();
    },
  };
}

/** Asks the system again only after a while: the time zone alone takes as long as a tenth of a start. */
function rarely<Value>(ask: () => Value): () => Value {
  let known: { readonly value: Value; readonly at: number } | undefined;
  return () => {
    const at = machineClock.sinceBoot();
    if (known === undefined || at - known.at > factsHoldMs) known = { value: ask(), at };
    return known.value;
  };
}

function facts(platform: NodeJS.Platform, environment: Readonly<Record<string, string | undefined>>): MachineFacts {
  const { locale, timeZone } = platform === 'win32' ? fromIntl() : fromSystem(environment);
  return {
    hostname: hostname() || 'unnamed',
    os: {
      platform,
      release: release(),
      arch: architectures[arch()] ?? arch(),
      language: /^[A-Za-z]{2,3}(?:-|$)/.test(locale) ? locale : 'en',
      timeZone,
    },
    user: userName(),
  };
}

function fromIntl(): { locale: string; timeZone: string } {
  return Intl.DateTimeFormat().resolvedOptions();
}

/** What Intl would say, without loading it: that takes longer than the rest of the facts together. */
function fromSystem(environment: Readonly<Record<string, string | undefined>>): { locale: string; timeZone: string } {
  const posix = environment.LC_ALL ?? environment.LC_MESSAGES ?? environment.LANG;
  const locale = posix?.replace(/[.@].*$/, '').replace('_', '-') ?? '';
  const timeZone = environment.TZ?.replace(/^:/, '') ?? linkedTimeZone() ?? '';
  return {
    locale,
    timeZone: /^[A-Za-z]+(?:\/[A-Za-z0-9_+-]+)+$|^UTC$/.test(timeZone) ? timeZone : fromIntl().timeZone,
  };
}

/** The zone that `/etc/localtime` links to (localtime(5)); null where it is a file, or is not there. */
function linkedTimeZone(): string | null {
  try {
    return /\/zoneinfo\/(.+)$/.exec(readlinkSync('/etc/localtime'))?.[1] ?? null;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch (error) {
    // A container's user may have no name: ENOENT, as `SystemError` of uv_os_get_passwd.
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Signal 0 only asks. EPERM: it lives, under another account. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Hashed, as systemd asks of whoever sends it over a network (machine-id(5)). */
async function linuxMachineId(): Promise<string | null> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const text = (await readTextIfThere(path))?.trim() ?? '';
    if (/^[0-9a-f]{32}$/.test(text)) return createHash('sha256').update(`usher ${text}`).digest('hex');
  }
  return null;
}
