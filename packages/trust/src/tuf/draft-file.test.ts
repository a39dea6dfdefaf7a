// A draft on its way to the keys: what it says, whose signatures it lacks, and that nothing in it can be changed unseen.
import { describe, expect, test } from 'vitest';
import { testKey } from '../test-support/keys.ts';
import { refusalOf } from '../test-support/refusal.ts';
import {
  allSigners,
  directorKey,
  oneKeyEach,
  roleKeys,
  testContents,
  TestRepository,
} from '../test-support/repository.ts';
import { describeDraft, readDraftFile, signDraft, writeDraftFile, type DraftFile } from './draft-file.ts';
import { addRootVersion, draftRoot, draftTargets, publishDraft, publishRoot } from './repository.ts';

const now = new Date('2026-11-20T09:00:00Z');
const online = [roleKeys.snapshot, roleKeys.timestamp];
const newTargets = testKey('new targets');

function targetsDraft(): { served: TestRepository; draft: DraftFile } {
  const served = new TestRepository(now);
  const { repository } = served;
  const targets = draftTargets(repository, { now, signers: online, contents: testContents('3.22.1', '3.23.0') });
  return { served, draft: { base: repository.root, root: null, targets } };
}

/** The key of targets is exchanged; neither root's key nor the new one are where the draft is made. */
function rootDraft(): { served: TestRepository; draft: DraftFile } {
  const served = new TestRepository(now);
  const { repository } = served;
  const roles = { targets: { publicKeys: [newTargets.publicKey], threshold: 1 } };
  const { metadata: root } = draftRoot(repository, { now, signers: online, roles });
  const contents = testContents('3.22.1');
  const targets = draftTargets({ ...repository, root }, { now, signers: online, contents });
  return { served, draft: { base: repository.root, root, targets } };
}

describe('a draft', () => {
  test('says what it would put into force, before and after its journey as text', () => {
    const { draft } = targetsDraft();
    const read = readDraftFile(writeDraftFile(draft));
    expect(read).toEqual({ ...draft, targets: { metadata: draft.targets?.metadata, files: draft.targets?.files } });
    const { root, targets } = describeDraft(read);
    expect(root).toBeNull();
    expect(targets).toMatchObject({ version: 2, missing: 1, contents: { directorKeys: [directorKey] } });
    expect(targets?.contents).toEqual(testContents('3.22.1', '3.23.0'));
  });

  test('is signed by the keys that belong to it, and by no other', () => {
    const { served, draft } = targetsDraft();
    expect(signDraft(draft, roleKeys.root)).toEqual({ draft, signed: [] });
    const { draft: signed, signed: roles } = signDraft(draft, roleKeys.targets);
    expect(roles).toEqual(['targets']);
    expect(describeDraft(signed).targets?.missing).toBe(0);
    const making = { now, signers: online, log: null };
    expect(refusalOf(() => publishDraft(served.repository, draft.targets!, making))).toBe(
      'repository.signatures-missing',
    );
    served.take(publishDraft(served.repository, signed.targets!, making));
    expect(served.files.has('2.targets.json')).toBe(true);
  });

  test('of a root that exchanges the key of targets is published with the targets, or not at all', () => {
    const { served, draft } = rootDraft();
    const making = { now, signers: online, log: null };
    expect(signDraft(draft, roleKeys.targets).signed).toEqual([]);
    const byRoot = signDraft(draft, roleKeys.root);
    expect(byRoot.signed).toEqual(['root']);
    expect(describeDraft(byRoot.draft)).toMatchObject({ root: { version: 2, missing: 0 }, targets: { missing: 1 } });
    for (const targets of [byRoot.draft.targets, null]) {
      expect(refusalOf(() => publishRoot(served.repository, byRoot.draft.root!, making, targets))).toBe(
        'repository.signatures-missing',
      );
    }
    const { draft: whole } = signDraft(byRoot.draft, newTargets);
    const { files } = publishRoot(served.repository, whole.root!, making, whole.targets);
    expect([...files.keys()].filter((name) => !name.startsWith('targets/'))).toEqual([
      '2.root.json',
      '2.targets.json',
      '2.snapshot.json',
      'timestamp.json',
    ]);
  });

  test('of a root that has expired, or whose turn it is not, is refused', () => {
    const { served, draft } = rootDraft();
    const { draft: signed } = signDraft(signDraft(draft, roleKeys.root).draft, newTargets);
    const late = { now: new Date('2028-01-01T00:00:00Z'), signers: online, log: null };
    expect(refusalOf(() => publishRoot(served.repository, signed.root!, late, signed.targets))).toBe(
      'repository.invalid',
    );
    served.take(addRootVersion(served.repository, { now, signers: allSigners, log: null, roles: oneKeyEach }));
    const making = { now, signers: online, log: null };
    expect(refusalOf(() => publishRoot(served.repository, signed.root!, making, signed.targets))).toBe(
      'repository.invalid',
    );
  });

  test('whose documents are not those that are signed is refused', () => {
    const { draft } = targetsDraft();
    const files = new Map(
      [...draft.targets!.files].map(([name, bytes]) => [name, Buffer.concat([bytes, Buffer.from(' ')])]),
    );
    const changed = (given: ReadonlyMap<string, Uint8Array>) =>
      refusalOf(() => describeDraft({ ...draft, targets: { metadata: draft.targets!.metadata, files: given } }));
    expect(changed(files)).toBe('target.mismatch');
    expect(changed(new Map())).toBe('target.missing');
  });

  test.each(['', '{}', 'null', '{"usherDraft":2}', '{"usherDraft":1,"base":"x","root":null}'])('is not %j', (text) => {
    expect(refusalOf(() => readDraftFile(text))).toBe('metadata.malformed');
  });
});
