// The engine as a unit of systemd: root, because it installs, and with everything else taken away from it.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Host } from '../engine/host.ts';
import { removeFile } from '../state/atomic-file.ts';
import type { EngineCommand } from './scheduled-task.ts';

const unitName = 'usher-client.service';
const timeoutMs = 60_000;

/** Where units lie, and whether systemd runs here. */
export interface Systemd {
  readonly unitFolder: string;
  readonly isRunning: boolean;
}

/** This machine's. */
export function thisSystemd(): Systemd {
  return { unitFolder: '/etc/systemd/system', isRunning: existsSync('/run/systemd/system') };
}

/** What the unit may write to. */
export interface UnitFolders {
  readonly state: string;
  /** Where installers are unpacked; null where nothing can be installed. */
  readonly applications: string | null;
}

/** Writes the unit, and starts it where systemd runs. True where it was started. */
export async function installUnit(
  host: Host,
  systemd: Systemd,
  command: EngineCommand,
  folders: UnitFolders,
): Promise<boolean> {
  await writeFile(unitPath(systemd), unitText(command, folders), { mode: 0o644 });
  if (!systemd.isRunning) return false;
  await systemctl(host, ['daemon-reload']);
  await systemctl(host, ['enable', unitName]);
  const { exitCode } = await systemctl(host, ['restart', unitName]);
  return exitCode === 0;
}

/** Stops the unit and takes it away; one that is not there is as good. */
export async function removeUnit(host: Host, systemd: Systemd): Promise<void> {
  if (systemd.isRunning) await systemctl(host, ['disable', '--now', unitName]);
  await removeFile(unitPath(systemd));
  if (systemd.isRunning) await systemctl(host, ['daemon-reload']);
}

function unitPath({ unitFolder }: Systemd): string {
  return `${unitFolder}/${unitName}`;
}

function systemctl(host: Host, args: readonly string[]) {
  return host.run('systemctl', args, { timeoutMs });
}

/** The unit (systemd.service(5), systemd.exec(5)). */
export function unitText({ program, args }: EngineCommand, { state, applications }: UnitFolders): string {
  const writable = [state, ...(applications === null ? [] : [applications])];
  return `[Unit]
Description=Usher engine: checks, downloads and installs what this workstation's administrator approved
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=${[program, ...args].map(unitArgument).join(' ')}
Restart=on-failure
RestartSec=10
RuntimeDirectory=usher
RuntimeDirectoryMode=0755
MemoryHigh=512M
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths=${writable.map((path) => unitArgument(`-${path}`)).join(' ')}
ProtectHome=read-only
PrivateTmp=true
PrivateDevices=true
ProtectKernelTunables=true
ProtectKernelModules=true
ProtectKernelLogs=true
ProtectControlGroups=true
ProtectClock=true
ProtectHostname=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SYS_PTRACE
SystemCallArchitectures=native
UMask=0022

[Install]
WantedBy=multi-user.target
`;
}

/** One word of a unit: quoted, and without what systemd would put something else in the place of. */
export function unitArgument(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
