// Who does something: what every service is told, and what every event keeps.
import type { Actor } from '@usher/protocol';

/** Who does something, and from where. */
export interface Initiator {
  readonly actor: Actor;
  /** The network address of the request; null where there is none. */
  readonly address: string | null;
}

/** The server itself, when it acts on nobody's request. */
export const theSystem: Initiator = { actor: { kind: 'system', name: 'Usher' }, address: null };
