// What is carried to the keys and back: new metadata that lacks signatures, in one text, with what is needed to judge it.
import * as z from 'zod';
import type { SigningKey } from '../keys.ts';
import { TrustError } from '../trust-error.ts';
import {
  consistentTargetName,
  directorPath,
  documentPaths,
  installerFactsSchema,
  prohibitedPath,
  readDirector,
  readProhibited,
} from './catalogue-documents.ts';
import { matchOf, requireTarget } from './catalogue-view.ts';
import { expiryOf, readRoot, readTargets, roleIn, type RootMetadata, type TargetsMetadata } from './metadata.ts';
import { roleKeysOf, type CatalogueContents, type Draft, type RoleKeys } from './publication.ts';
import type { TufRole } from './roles.ts';
import { missingSignatures, signMetadata } from './signing.ts';

/** Metadata on its way to its signatures. */
export type DraftFile = {
  /** The root in force when it was drafted: says whose signatures are needed. */
  base: Uint8Array;
  root: Uint8Array | null;
  /** To be published together with the root, where there is one. */
  targets: Pick<Draft, 'metadata' | 'files'> | null;
};

/** What a draft would put into force: shown to whoever signs, and checked before it is published. */
export type DraftDescription = {
  root: { version: number; expiresAt: Date; missing: number; roles: Record<TufRole, RoleKeys> } | null;
  targets: { version: number; expiresAt: Date; missing: number; contents: CatalogueContents } | null;
};

const fileSchema = z.strictObject({
  usherDraft: z.literal(1),
  base: z.string(),
  root: z.string().nullable(),
  targets: z.strictObject({ metadata: z.string(), files: z.record(z.string(), z.string()) }).nullable(),
});

/** Writes a draft as text. */
export function writeDraftFile({ base, root, targets }: DraftFile): string {
  const file: z.infer<typeof fileSchema> = {
    usherDraft: 1,
    base: textOf(base),
    root: root === null ? null : textOf(root),
    targets:
      targets === null
        ? null
        : {
            metadata: textOf(targets.metadata),
            files: Object.fromEntries([...targets.files].map(([name, bytes]) => [name, textOf(bytes)])),
          },
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/**
 * Reads what {@link writeDraftFile} wrote.
 * @throws TrustError `metadata.malformed`
 */
export function readDraftFile(text: string): DraftFile {
  try {
    const { base, root, targets } = fileSchema.parse(JSON.parse(text));
    return {
      base: Buffer.from(base),
      root: root === null ? null : Buffer.from(root),
      targets:
        targets === null
          ? null
          : {
              metadata: Buffer.from(targets.metadata),
              files: new Map(Object.entries(targets.files).map(([name, file]) => [name, Buffer.from(file)])),
            },
    };
  } catch (cause) {
    throw new TrustError('metadata.malformed', 'This is no draft of the catalogue.', { cause });
  }
}

/**
 * Signs, of a draft, what the key belongs to. Says which roles' metadata it signed: none where the key belongs to neither.
 * @throws TrustError `metadata.malformed`
 */
export function signDraft(draft: DraftFile, signer: SigningKey): { draft: DraftFile; signed: TufRole[] } {
  const { base, root, targets } = parsed(draft);
  const mayRoot = root !== null && [base, root].some((each) => hasKey(each, 'root', signer));
  const mayTargets = targets !== null && hasKey(root ?? base, 'targets', signer);
  const signed: TufRole[] = [...(mayRoot ? (['root'] as const) : []), ...(mayTargets ? (['targets'] as const) : [])];
  return {
    signed,
    draft: {
      ...draft,
      root: mayRoot && draft.root !== null ? signMetadata(draft.root, signer).metadata : draft.root,
      targets:
        mayTargets && draft.targets !== null
          ? { ...draft.targets, metadata: signMetadata(draft.targets.metadata, signer).metadata }
          : draft.targets,
    },
  };
}

/**
 * What a draft says, and how many signatures it still lacks.
 * @throws TrustError `metadata.malformed`, `target.missing`, `target.mismatch`, `target.malformed`
 */
export function describeDraft(draft: DraftFile): DraftDescription {
  const { base, root, targets } = parsed(draft);
  return {
    root: root && {
      version: root.signed.version,
      expiresAt: expiryOf(root),
      missing: missingSignatures([roleIn(base, 'root'), roleIn(root, 'root')], root),
      roles: roleKeysOf(root),
    },
    targets: targets && {
      version: targets.signed.version,
      expiresAt: expiryOf(targets),
      missing: missingSignatures([roleIn(root ?? base, 'targets')], targets),
      contents: contentsOf(targets, draft.targets?.files ?? new Map<string, Uint8Array>()),
    },
  };
}

function parsed({ base, root, targets }: DraftFile) {
  return {
    base: readRoot(base),
    root: root === null ? null : readRoot(root),
    targets: targets === null ? null : readTargets(targets.metadata),
  };
}

function hasKey(root: RootMetadata, role: TufRole, { keyId }: SigningKey): boolean {
  return roleIn(root, role).keys.some(({ keyID }) => keyID === keyId);
}

function contentsOf({ signed }: TargetsMetadata, files: ReadonlyMap<string, Uint8Array>): CatalogueContents {
  const document = (path: (typeof documentPaths)[number]): Uint8Array => {
    const match = matchOf(signed.targets, path);
    const bytes = files.get(`targets/${consistentTargetName(path, match.sha256)}`);
    if (!bytes) throw new TrustError('target.missing', `${path} is not in the draft.`);
    requireTarget(path, bytes, match);
    return bytes;
  };
  const paths = Object.keys(signed.targets).filter((path) => !documentPaths.some((each) => each === path));
  return {
    installers: paths.map((path) => {
      const { length: size, sha256 } = matchOf(signed.targets, path);
      const facts = installerFactsSchema.safeParse(signed.targets[path]?.custom);
      if (!facts.success) throw new TrustError('target.malformed', `The draft does not say what ${path} is.`);
      return { path, size, sha256, facts: facts.data };
    }),
    prohibited: Object.fromEntries(readProhibited(document(prohibitedPath))),
    directorKeys: readDirector(document(directorPath)),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
