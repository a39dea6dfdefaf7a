// What the window shows at a moment, as it crosses from the launcher to its page: texts to be shown as text, and choices.

/** A piece of a line of notes. */
export interface Span {
  readonly text: string;
  readonly style: 'plain' | 'strong' | 'emphasis' | 'code';
}

/** A block of notes. */
export type NoteBlock =
  | { readonly kind: 'heading' | 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'code'; readonly text: string };

/** How an update goes on. */
export interface ScreenProgress {
  /** The stage: it is announced when it changes. */
  readonly stage: string;
  /** Bytes, speed and time left, where they are known; not announced, as it changes all the time. */
  readonly amount: string | null;
  readonly left: string | null;
  /** From 0 to 1; null where nobody knows. */
  readonly fraction: number | null;
}

/** A button. */
export interface ScreenChoice {
  /** What is answered with; `copy-details` is done by the page itself. */
  readonly id: string;
  readonly label: string;
  readonly look: 'primary' | 'plain' | 'quiet';
  /** Taken by Escape and by closing the window; it has the focus at first. */
  readonly isSafe: boolean;
}

/** All that is to be seen. */
export interface Screen {
  /** Goes up with every screen that replaces another; an answer names the one that it is for. */
  readonly serial: number;
  readonly kind: 'available' | 'required' | 'prohibited' | 'refused' | 'failed' | 'put-off' | 'working' | 'done';
  readonly language: string;
  /** The application's name. */
  readonly product: string;
  /** Stands above everything: the server cannot be reached, say. */
  readonly notice: string | null;
  /** What was done just now: where the logs were saved, say. */
  readonly status: string | null;
  readonly title: string;
  readonly body: readonly string[];
  readonly notes: { readonly title: string; readonly blocks: readonly NoteBlock[] } | null;
  readonly details: readonly string[];
  readonly progress: ScreenProgress | null;
  readonly choices: readonly ScreenChoice[];
  /** What `copy-details` copies, and says afterwards. */
  readonly copy: { readonly text: string; readonly done: string };
}
