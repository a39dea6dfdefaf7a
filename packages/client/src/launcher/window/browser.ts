// Finds the Chromium, Edge or Chrome of this machine, and starts it with one page as a window of its own.
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, win32 } from 'node:path';
import { systemCode } from '../../client-error.ts';
import type { Host } from '../../engine/host.ts';
import { Registry, registryViews, unlessUnreadable } from '../../windows/registry.ts';

/** A program and the arguments that it always gets. */
export interface BrowserCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** A browser that shows a window. */
export interface BrowserProcess {
  /** Resolves when it has ended; the window is gone then. */
  readonly ended: Promise<void>;
  /** Ends it, and removes what it wrote. */
  end(): Promise<void>;
}

const linuxNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];
const windowsPlaces = [
  ['msedge.exe', 'Microsoft\\Edge\\Application'],
  ['chrome.exe', 'Google\\Chrome\\Application'],
  ['chrome.exe', 'Chromium\\Application'],
] as const;
const appPaths = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\App Paths';

/**
 * The browser of this machine; null where there is none that is known here. On Windows only such that an administrator
 * installed: `Program Files`, then the registry's `App Paths` of the machine. On Linux by the search path.
 */
export async function findBrowser(
  host: Host,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<BrowserCommand | null> {
  const { systemRoot, run } = host;
  if (systemRoot === null) {
    const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
    return await firstThere(linuxNames.flatMap((name) => folders.map((folder) => join(folder, name))));
  }
  const drive = win32.parse(systemRoot).root;
  const places = windowsPlaces.flatMap(([name, folder]) =>
    ['Program Files', 'Program Files (x86)'].map((programs) => win32.join(drive, programs, folder, name)),
  );
  const there = await firstThere(places);
  if (there !== null) return there;
  return await firstThere(await registered(new Registry(run, systemRoot)));
}

/** Where the registry says that browsers are; nowhere where it can't be read: the terminal asks then. */
async function registered(registry: Registry): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of ['msedge.exe', 'chrome.exe']) {
    for (const view of registryViews) {
      const folder = await unlessUnreadable(() => registry.value(`${appPaths}\\${name}`, 'Path', view));
      if (folder !== null && win32.isAbsolute(folder)) found.push(win32.join(folder, name));
    }
  }
  return found;
}

async function firstThere(files: readonly string[]): Promise<BrowserCommand | null> {
  for (const file of files) {
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return { file, args: [] };
  }
  return null;
}

/** The size of the window, in pixels of the screen at 100 %. */
const size = { width: 520, height: 460 };

/**
 * What makes of a browser one window without anything around it: a profile of its own (one that already runs would take
 * the page into its own process), no first run, no traffic of its own, nobody asked about passwords or languages.
 */
function windowArguments(address: string, profile: string): readonly string[] {
  return [
    `--app=${address}`,
    `--user-data-dir=${profile}`,
    `--window-size=${size.width},${size.height}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--no-service-autorun',
    '--no-proxy-server',
    '--disable-background-mode',
    '--disable-background-networking',
    '--disable-breakpad',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-quic',
    '--disable-session-crashed-bubble',
    '--disable-sync',
    '--disable-features=Translate,MediaRouter,OptimizationHints,msImplicitSignin',
    '--password-store=basic',
  ];
}

/**
 * Starts a browser with one page as its only window.
 * @throws the system's error where it can't be started
 */
export async function startBrowser({ file, args }: BrowserCommand, address: string): Promise<BrowserProcess> {
  const profile = await mkdtemp(join(tmpdir(), 'usher-window-'));
  try {
    const child = spawn(file, [...args, ...windowArguments(address, profile)], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', reject);
    });
    return {
      ended,
      end: async () => {
        child.kill();
        await ended;
        await removeProfile(profile);
      },
    };
  } catch (error) {
    await removeProfile(profile);
    throw error;
  }
}

/** The last of the browser's processes may write for a moment longer; what then still can't be removed is left to the system. */
async function removeProfile(profile: string): Promise<void> {
  try {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    if (!['EBUSY', 'ENOTEMPTY', 'EPERM', 'EACCES'].includes(systemCode(error) ?? '')) throw error;
  }
}
