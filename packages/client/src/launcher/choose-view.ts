// Which view a start shows its alert in: by what was asked for, and by what there is.
import { ClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import { silentView, type AlertView } from './alert-view.ts';
import type { Terminal } from './terminal.ts';
import { terminalView } from './terminal-view.ts';
import type { Texts } from './texts/texts.ts';
import { findBrowser, type BrowserCommand } from './window/browser.ts';
import { WindowView } from './window/window-view.ts';
import { listedProcess } from '../windows/tasklist.ts';

/** What `--ui` takes. */
export const uis = ['auto', 'window', 'terminal', 'none'] as const;

/** How a view is chosen. */
export interface ViewChoice {
  readonly ui: (typeof uis)[number];
  /** `--browser`: a program, or a JSON list of a program and its arguments; null looks for one. */
  readonly browser: string | null;
  readonly terminal: Terminal;
  readonly texts: Texts;
  readonly host: Host;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True where the answer was given beforehand, so that nobody will be asked. */
  readonly isAnswered: boolean;
}

/**
 * The view of a start. With `auto`: the terminal where somebody sits at one, else a window where there is a desktop.
 * Where neither is to be had, nobody is waited for: the texts are written to standard error, the safe choice is taken.
 * @throws ClientError `usage.wrong` for a browser that can't be understood
 */
export function chooseView(choice: ViewChoice): AlertView {
  const { ui, browser, terminal, texts, host, environment, isAnswered } = choice;
  const asked = browser === null ? null : parseBrowser(browser);
  if (ui === 'none') return silentView;
  const asks = ui === 'terminal' || terminal.isInteractive;
  const inTerminal = terminalView({ terminal, texts, clock: host.clock, asks });
  const isForWindow = ui === 'auto' && !terminal.isInteractive && !isAnswered && mayHaveDesktop(host, environment);
  if (ui !== 'window' && !isForWindow) return inTerminal;
  const find = async () => {
    if (ui !== 'window' && !(await hasDesktop(host, environment))) return null;
    return asked ?? (await findBrowser(host, environment));
  };
  return new WindowView({ host, texts, browser: find, fallback: inTerminal });
}

/** Windows always may: which session this is, is asked where there is something to show. */
function mayHaveDesktop({ systemRoot }: Host, environment: ViewChoice['environment']): boolean {
  return systemRoot !== null || ['WAYLAND_DISPLAY', 'DISPLAY'].some((name) => (environment[name] ?? '') !== '');
}

/**
 * True where a window would be seen. Windows sets SESSIONNAME in every session that somebody signed in to at a screen
 * or by remote desktop, though not for what a task starts there at the log-on. Tasks that run whether or not somebody is
 * signed in have a person's profile too, but run in the session of services.
 */
async function hasDesktop(host: Host, environment: ViewChoice['environment']): Promise<boolean> {
  if (host.systemRoot === null || (environment.SESSIONNAME ?? '') !== '') return true;
  const self = await listedProcess(host, host.systemRoot, host.pid);
  return self !== null && self.session > 0;
}

function parseBrowser(text: string): BrowserCommand {
  if (!text.startsWith('[')) return { file: text, args: [] };
  const [file, ...args] = listOf(text);
  if (file !== undefined) return { file, args };
  throw new ClientError('usage.wrong', '--browser is a program, or a JSON list of a program and its arguments.');
}

function listOf(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
