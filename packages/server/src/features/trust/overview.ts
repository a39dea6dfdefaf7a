// Whom workstations trust, for people: roles, keys and where they are, what waits, and what to do about it.
import { describeDraft, describeRepository, keyIdOf, tufRoles } from '@usher/trust';
import type { TrustOverview } from '@usher/protocol';
import type { Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import { catalogueContents } from './catalogue.ts';
import { remaining, warnBelow } from './expiry.ts';
import { rootFingerprint } from './read-model.ts';
import { contradicted, disputed, openAlarms } from './log-alarms.ts';
import { lostEvents } from './restored.ts';
import * as store from './store.ts';
import { noCatalogue } from './trust-refusal.ts';
import { clockSentence, timeAhead } from './server-clock.ts';
import { publishedContents, whatWaits } from './waiting.ts';

/** Everything that the Security page and `usher key list` show. */
export async function trustOverview(read: Reader, clock: Clock): Promise<TrustOverview> {
  const catalogue = await store.readCatalogue(read);
  const published = await publishedContents(read);
  const fingerprint = await rootFingerprint(read);
  if (catalogue === null || published === null || fingerprint === null) throw noCatalogue();
  const described = describeRepository(catalogue.repository);
  const rows = await store.usableKeys(read);
  const byId = new Map(rows.map((row) => [`${row.role} ${row.id}`, row]));
  const keyOf = (role: string) => (publicKey: string) => {
    const row = byId.get(`${role} ${keyIdOf(publicKey)}`);
    return { id: keyIdOf(publicKey), here: (row?.privateKey ?? null) !== null, createdAt: row?.createdAt ?? null };
  };
  const roles = tufRoles.map((role) => {
    const { version, expiresAt, threshold, publicKeys } = described[role];
    return { role, version, expiresAt: expiresAt.toISOString(), threshold, keys: publicKeys.map(keyOf(role)) };
  });
  const directors = rows.filter((row) => row.role === 'director');
  const signing = directors.findLast(
    (row) => row.privateKey !== null && published.directorKeys.includes(row.publicKey),
  );
  const wanted = directors.filter((row) => row.retiredAt === null).map((row) => row.publicKey);
  const waits = whatWaits(published, await catalogueContents(read, wanted));
  const draft = await store.readDraftRoot(read);
  const next =
    draft === null ? null : describeDraft({ base: catalogue.repository.root, root: draft, targets: null }).root;
  const overview = {
    rootFingerprint: fingerprint,
    roles,
    director: directors.map((row) => ({ ...keyOf('director')(row.publicKey), signs: row === signing })),
    waiting: waits && { ...waits, added: waits.added.length, removed: waits.removed.length },
    nextRoot: next && { version: next.version, missing: next.missing },
  };
  const expiring = tufRoles.filter(
    (role) => remaining(catalogue.repository, role, new Date(clock.now())) < warnBelow[role],
  );
  const ofLog = [...(await ofAlarms(read)), ...(await ofRestore(read))];
  return { ...overview, warnings: [...(await ofClock(read, clock)), ...warningsOf(overview, expiring), ...ofLog] };
}

function warningsOf(
  { roles, director, waiting, nextRoot }: Omit<TrustOverview, 'warnings'>,
  expiring: readonly string[],
): TrustOverview['warnings'] {
  const warnings: TrustOverview['warnings'] = [];
  const alone = roles.filter(
    ({ role, keys, threshold }) =>
      (role === 'root' || role === 'targets') && keys.filter(({ here }) => here).length >= threshold,
  );
  if (alone.length > 0) {
    warnings.push({
      code: 'keys-on-server',
      message:
        `The keys of ${alone.map(({ role }) => role).join(' and ')} are on this server. Whoever takes over the server and ` +
        'its passphrase can approve installers in your name. Make others elsewhere with "usher key make", and exchange these ' +
        'for them with "usher key rotate". ("usher key export" is quicker, and leaves them in older backups.)',
    });
  }
  for (const { role, expiresAt } of roles.filter((each) => expiring.includes(each.role))) {
    const what = `The metadata of ${role} expires at ${expiresAt}; after that workstations install nothing.`;
    const isManual = role === 'root' || role === 'targets';
    const todo = isManual
      ? 'Sign it with the keys that are elsewhere: "usher publish draft".'
      : 'The server should have renewed it: see its log.';
    warnings.push({ code: 'expiring', message: `${what} ${todo}` });
  }
  if (nextRoot !== null) {
    warnings.push({
      code: 'unsigned-root',
      message:
        `A change of keys waits for signatures (root version ${nextRoot.version}). Carry it to the keys: "usher publish draft"; ` +
        'or drop it: "usher publish discard".',
    });
  }
  if (waiting !== null && (waiting.added > 0 || waiting.removed > 0 || waiting.prohibitions)) {
    const parts = [
      ...(waiting.added > 0 ? [`${waiting.added} to add`] : []),
      ...(waiting.removed > 0 ? [`${waiting.removed} to remove`] : []),
      ...(waiting.prohibitions ? ['prohibitions'] : []),
    ];
    warnings.push({
      code: 'unsigned-changes',
      message:
        `Decisions wait for a signature: ${parts.join(', ')}. Until then no workstation can install what was approved. ` +
        'Carry them to the keys: "usher publish draft".',
    });
  }
  if (waiting?.directorKeys === true && director.at(-1)?.signs !== true) {
    warnings.push({
      code: 'director-waits',
      message:
        'The director’s new key signs nothing until a catalogue that names it is published: "usher publish draft".',
    });
  }
  return warnings;
}

async function ofClock(read: Reader, clock: Clock): Promise<TrustOverview['warnings']> {
  const ahead = await timeAhead(read, clock);
  return ahead === null ? [] : [{ code: 'server-clock', message: clockSentence(ahead) }];
}

async function ofAlarms(read: Reader): Promise<TrustOverview['warnings']> {
  const todo = 'Find out why, then "usher events acknowledge".';
  const proved = (await openAlarms(read, contradicted)).map(({ seq, at, workstation }) => ({
    code: 'log-contradicted' as const,
    message: `On ${at} ${workstation ?? 'a workstation'} had seen events that this server does not have (event ${seq}). Events were lost or rewritten. ${todo}`,
  }));
  const claimed = (await openAlarms(read, disputed)).map(({ seq, at, workstation }) => ({
    code: 'log-disputed' as const,
    message: `On ${at} ${workstation ?? 'a workstation'} said, without proof, that it had seen events that this server does not have (event ${seq}). ${todo}`,
  }));
  return [...proved, ...claimed];
}

async function ofRestore(read: Reader): Promise<TrustOverview['warnings']> {
  return (await lostEvents(read)).map(({ after, restoredAt, madeAt }) => ({
    code: 'events-lost',
    message: `On ${restoredAt} this server was restored from a backup of ${madeAt}. What was recorded after event ${after} until then is lost.`,
  }));
}
