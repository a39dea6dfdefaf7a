// What the catalogue says beside TUF's own fields: facts of an installer, prohibitions, the director's keys.
import { guidSchema, policyProhibitionSchema, publicKeySchema, sha256Schema, versionSchema } from '@usher/protocol';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { TrustError } from '../trust-error.ts';

/** Target paths of the two documents. */
export const prohibitedPath = 'prohibited.json';
export const directorPath = 'director.json';
export const documentPaths = [directorPath, prohibitedPath] as const;

/**
 * The signed facts of an installer (`custom` of its target). Members that this code does not know are kept: they are
 * newer than it.
 */
export const installerFactsSchema = z.looseObject({
  product: z.string().min(1).max(80),
  version: versionSchema,
  productCode: guidSchema,
  upgradeCode: guidSchema,
  architecture: z.string().min(1).max(20),
  /** ProductLanguage as a decimal LCID; "0" is neutral. */
  language: z.string().max(20),
  /** The file's own name: a renamed MSI breaks minor upgrades and repairs. */
  fileName: z.string().min(1).max(255).optional(),
  /** Public properties given at every installation. */
  properties: z.record(z.string(), z.string()).optional(),
  /** Who signed the file, as the approval pinned it. */
  publisher: z
    .object({
      subject: z.string(),
      issuer: z.string(),
      /** SHA-256 of the key that vouches for the name, since anyone can copy a name. */
      authorityKey: z.string().optional(),
    })
    .nullish(),
  /**
   * When the server verified the file's signature: what a signature without a time stamp is judged by from then on. A
   * certificate that expires later takes nothing back; who wants that disapproves the installer.
   */
  verifiedAt: z.iso.datetime().optional(),
});

/** The signed facts of an installer. */
export type InstallerFacts = z.infer<typeof installerFactsSchema>;

const prohibitedSchema = z.object({
  format: z.literal(1),
  products: z.record(z.string(), z.array(policyProhibitionSchema)),
});

const directorSchema = z.object({ format: z.literal(1), keys: z.array(publicKeySchema).min(1) });

/** One prohibition, as in a policy. */
export type CatalogueProhibition = z.infer<typeof policyProhibitionSchema>;

/** The newest event when the catalogue was published; stands in the timestamp metadata. */
export const logHeadSchema = z.object({ seq: z.int().nonnegative(), hash: sha256Schema });

/** Number and hash of an event. */
export type LogHead = z.infer<typeof logHeadSchema>;

/** Writes `prohibited.json`: prohibitions by product id. */
export function writeProhibited(products: Readonly<Record<string, readonly CatalogueProhibition[]>>): Buffer {
  return Buffer.from(canonicalJson({ format: 1, products }));
}

/**
 * Reads a verified `prohibited.json`.
 * @throws TrustError `target.malformed`
 */
export function readProhibited(bytes: Uint8Array): ReadonlyMap<string, readonly CatalogueProhibition[]> {
  return new Map(Object.entries(readDocument(prohibitedPath, prohibitedSchema, bytes).products));
}

/** Writes `director.json`: the director's present public keys. */
export function writeDirector(keys: readonly string[]): Buffer {
  return Buffer.from(canonicalJson({ format: 1, keys }));
}

/**
 * Reads a verified `director.json`.
 * @throws TrustError `target.malformed`
 */
export function readDirector(bytes: Uint8Array): readonly string[] {
  return readDocument(directorPath, directorSchema, bytes).keys;
}

function readDocument<T>(name: string, schema: z.ZodType<T>, bytes: Uint8Array): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)));
  } catch (cause) {
    throw new TrustError('target.malformed', `${name} of the catalogue is signed, but cannot be read.`, { cause });
  }
}

/**
 * The target path of an installer: `installers/<product>/<version>/<architecture>[-<language>].msi`.
 * @throws TrustError `repository.invalid` where a part can't stand in a path
 */
export function installerPath(installer: {
  product: string;
  version: string;
  architecture: string;
  language?: string | undefined;
}): string {
  const { product, version, architecture, language } = installer;
  const file = language === undefined ? architecture : `${architecture}-${language}`;
  for (const part of [product, version, file]) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part)) {
      throw new TrustError('repository.invalid', `"${part}" cannot stand in the path of a target.`);
    }
  }
  return `installers/${product}/${version}/${file}.msi`;
}

/**
 * The name under which a target's bytes are served with consistent snapshots (TUF 1.0, section 6.2): the file's name
 * is preceded by its SHA-256 and a dot.
 */
export function consistentTargetName(path: string, sha256: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}${sha256}.${path.slice(slash)}`;
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
