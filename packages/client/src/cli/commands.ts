// The commands by name, with their options and help.
import type { Command } from './command.ts';

const plain = {
  usage: '',
  details: [],
  options: {},
  takesText: false,
  takesApplication: false,
  isForPeople: false,
} as const;

/** A start is waited for: what other commands need is not loaded for it. */
function lazily(load: () => Promise<Command['run']>): Command['run'] {
  return async (context, input) => await (await load())(context, input);
}

/** Every command. */
export const commands: Readonly<Record<string, Command>> = {
  activate: {
    ...plain,
    summary: 'makes this machine a workstation of an Usher server',
    usage: '--key FILE|TEXT [--later] [--unpack-into DIR]',
    details: [
      '',
      '  --key FILE|TEXT    the installation key, or a file that holds it',
      '  --later            where the server does not answer: keeps the key with --product and --unpack-into,',
      '                     and tries again at the next start, check or update, or when the engine runs',
      '  --unpack-into DIR  on Linux: the folder that installers are unpacked into (with msiextract);',
      '                     for trying Usher out, since Linux has no Windows Installer',
    ],
    options: { key: { type: 'string' }, later: { type: 'boolean' }, 'unpack-into': { type: 'string' } },
    run: lazily(async () => (await import('./activate.ts')).runActivate),
  },
  status: {
    ...plain,
    isForPeople: true,
    summary: 'shows what this workstation knows, without asking the server',
    usage: '[--json]',
    options: { json: { type: 'boolean' } },
    run: lazily(async () => (await import('./inspect.ts')).runStatus),
  },
  check: {
    ...plain,
    isForPeople: true,
    summary: 'asks the server and shows what a start would do',
    usage: '[--json]',
    details: ['', 'Ends with 0 where the application may start, else as "start" would.'],
    options: { json: { type: 'boolean' } },
    run: lazily(async () => (await import('./inspect.ts')).runCheck),
  },
  start: {
    ...plain,
    isForPeople: true,
    summary: 'checks, updates where it must be or is wanted, and starts the application',
    usage:
      '[--ui auto|window|terminal|none] [--browser FILE] [--answer now|later|chosen] [--after PID] [--in DIR] -- APP [ARGS…]',
    details: [
      '',
      '  --ui HOW           how to ask: in a window, in the terminal, or not at all',
      '  --browser FILE     what shows the window, in place of the Chromium, Edge or Chrome that is found;',
      '                     a JSON list gives its arguments, too',
      '  --answer CHOICE    answers beforehand: update now, or the safe choice; with "chosen", as "now", but asks',
      '                     where the update fails',
      '  --after PID        waits for the end of that process first: of the application that asked by itself',
      '  --in DIR           the folder that the application is started in',
      '',
      "Ends with the application's exit status, or with the code's where it was not started.",
    ],
    options: {
      ui: { type: 'string' },
      browser: { type: 'string' },
      answer: { type: 'string' },
      after: { type: 'string' },
      in: { type: 'string' },
    },
    takesApplication: true,
    run: lazily(async () => (await import('./run.ts')).runStart),
  },
  update: {
    ...plain,
    isForPeople: true,
    summary: 'installs what the server plans for this workstation, without starting anything',
    usage: '[--yes]',
    details: ['', '  --yes           does not ask'],
    options: { yes: { type: 'boolean' } },
    run: lazily(async () => (await import('./run.ts')).runUpdate),
  },
  unlock: {
    ...plain,
    isForPeople: true,
    summary: 'takes a pass that an administrator gave',
    usage: 'CODE',
    takesText: true,
    run: lazily(async () => (await import('./run.ts')).runUnlock),
  },
  service: {
    ...plain,
    summary: "installs, runs or removes this machine's engine",
    usage: 'install|run|remove [--replaced | --undone]',
    details: [
      '',
      '  install   a scheduled task under SYSTEM on Windows, a systemd unit on Linux; from then on no start needs rights',
      '  run       what that task runs',
      '  remove    takes it away; identity, rules and what is installed stay. With --replaced, another version of the',
      '            client follows: applications go by the last rules until its engine runs. With --undone, the same',
      '            where an update of the client is undone; else as without it',
    ],
    options: { replaced: { type: 'boolean' }, undone: { type: 'boolean' } },
    takesText: true,
    run: lazily(async () => (await import('./service.ts')).runService),
  },
  doctor: {
    ...plain,
    summary: 'finds out what is wrong, and says what to do',
    run: lazily(async () => (await import('./doctor.ts')).runDoctor),
  },
  logs: {
    ...plain,
    summary: 'shows the end of the log, or bundles all logs for support',
    usage: '[--bundle FILE]',
    details: ['', '  --bundle FILE   writes logs and state, without secrets, as a .tar.gz'],
    options: { bundle: { type: 'string' } },
    run: lazily(async () => (await import('./logs.ts')).runLogs),
  },
  'prepare-image': {
    ...plain,
    summary: 'makes this disk fit to be copied: each copy becomes a workstation of its own',
    usage: '[--key FILE|TEXT]',
    details: [
      '',
      '  --key FILE|TEXT    the installation key that the copies activate with at their first start; it may be left',
      '                     out only where one is kept here already (activate --later, or prepare-image before)',
      '',
      'Removes identity, keys, policies, caches, reports and logs; what is installed stays. Refused while the engine',
      'runs: remove it first (usher-client service remove).',
    ],
    options: { key: { type: 'string' } },
    run: lazily(async () => (await import('./prepare-image.ts')).runPrepareImage),
  },
  replace: {
    ...plain,
    summary: "installs the client's next version; the client runs this itself, from a copy",
    usage: '[--after PID]',
    options: { after: { type: 'string' } },
    run: lazily(async () => (await import('./replace.ts')).runReplace),
  },
  deactivate: {
    ...plain,
    summary: 'forgets who this workstation is; what is installed stays',
    run: lazily(async () => (await import('./activate.ts')).runDeactivate),
  },
};
