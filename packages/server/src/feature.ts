// What a feature hands to the composition: its routes, its periodic work, and what must hold before it serves.
import type { App } from './http/app.ts';
import type { WorkstationCaller } from './http/caller.ts';
import type { Job } from './jobs.ts';

/** One part of the product, as the composition sees it. */
export interface Feature {
  readonly name: string;
  /** Adds routes below `/api/v1`. The instance is the feature's own: plugins that it registers touch no other. */
  readonly routes?: (app: App) => void | Promise<void>;
  /** Adds routes below `/`. */
  readonly pages?: (app: App) => void | Promise<void>;
  readonly jobs?: readonly Job[];
  /** Runs after the migrations and before the server listens. */
  readonly start?: () => Promise<void>;
  /** Rejects with what is wrong while the server must not be sent requests. */
  readonly ready?: () => Promise<void>;
  /** Who a workstation token belongs to; null where nobody's. One feature has it. */
  readonly identifyWorkstation?: (token: string) => Promise<WorkstationCaller | null>;
}
