// The prefixes of identifiers, so that an identifier tells what it names wherever it turns up.
import * as z from 'zod';

/** What each kind of identifier begins with. */
export const idPrefixes = {
  installer: 'in_',
  update: 'up_',
  workstation: 'ws_',
  event: 'ev_',
  account: 'ac_',
  product: 'pr_',
  installationKey: 'ik_',
  token: 'tk_',
  prohibition: 'ph_',
  pass: 'pa_',
  group: 'gr_',
} as const;

/** A kind of object that has identifiers of its own. */
export type IdKind = keyof typeof idPrefixes;

/** The schema of an identifier of one kind: its prefix and up to 64 letters, digits, `_` or `-`. */
export function idSchema(kind: IdKind) {
  return z.string().regex(new RegExp(`^${idPrefixes[kind]}[A-Za-z0-9_-]{1,64}$`));
}
