// The hash chain of the events: how one is sealed, and how a break is found.
import { createHash } from 'node:crypto';
import type { EventType } from '@usher/protocol';
import { canonicalJson } from '@usher/trust';

/** What an event says, with its place in the order. This is what is hashed. */
export interface EventContent {
  readonly seq: number;
  readonly id: string;
  readonly type: EventType;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly name: string };
  readonly object: { readonly kind: string; readonly id: string; readonly name: string | null };
  readonly address: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The hash that the first event follows. */
export const firstHash = '0'.repeat(64);

/** The text that is hashed and stored: the content as canonical JSON (RFC 8785). */
export function contentText(content: EventContent): string {
  return canonicalJson(content);
}

/** The hash of an event: SHA-256 over the previous hash in hexadecimal, a line feed, and the content's text. */
export function chainHash(previousHash: string, content: string): string {
  return createHash('sha256').update(`${previousHash}\n${content}`, 'utf8').digest('hex');
}
