// Which view a start shows its alert in: by what was asked for, and by what there is.
import type { Host } from '../engine/host.ts';
import { silentView, type AlertView } from './alert-view.ts';
import type { Terminal } from './terminal.ts';
import { terminalView } from './terminal-view.ts';
import type { Texts } from './texts/texts.ts';

/** What `--ui` takes. */
export const uis = ['auto', 'window', 'terminal', 'none'] as const;

/** How a view is chosen. */
export interface ViewChoice {
  readonly ui: (typeof uis)[number];
  readonly terminal: Terminal;
  readonly texts: Texts;
  readonly host: Host;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True where the answer was given beforehand, so that nobody will be asked. */
  readonly isAnswered: boolean;
}

/** The view of a start. With `auto`, where nobody sits at the terminal, nobody is waited for: the safe choice is taken. */
export function chooseView({ ui, terminal, texts, host }: ViewChoice): AlertView {
  if (ui === 'none') return silentView;
  return terminalView({ terminal, texts, clock: host.clock, asks: ui !== 'auto' || terminal.isInteractive });
}
