// What passes between the thread that wants an installer inspected and the worker that does it.
import type { InstallerErrorCode } from './installer-error.ts';
import type { InstallerFacts } from './installer-facts.ts';
import type { SignatureFacts } from './signature-facts.ts';

/** What an installer file says about itself, and who signed it. */
export interface Inspection {
  readonly facts: InstallerFacts;
  readonly signature: SignatureFacts;
}

export interface InspectQuestion {
  readonly path: string;
  readonly now: Date;
  readonly timeStampAuthorities: readonly string[] | undefined;
}

/** Errors cross the border between threads as plain data, because their classes do not. */
export type InspectAnswer =
  | { readonly kind: 'inspection'; readonly inspection: Inspection }
  | { readonly kind: 'refused'; readonly code: InstallerErrorCode; readonly message: string }
  | { readonly kind: 'unreadable'; readonly code: string; readonly syscall: string; readonly message: string };
