// The signed catalogue on this workstation: kept in the state folder, brought up to date from the server.
import { TrustedCatalogue, TrustError, type CatalogueStorage, type CatalogueView } from '@usher/trust';
import { sameVersion, type PolicyTarget } from '@usher/core';
import { join } from 'node:path';
import { ClientError, notActivated } from '../client-error.ts';
import { writeAtomically } from '../state/atomic-file.ts';
import { readBytesOrSetAside, setAside } from '../state/state-file.ts';
import type { InstallerPackage, StateFolder } from '../state/state-folder.ts';
import type { Host } from './host.ts';
import type { ServerApi } from './server-api.ts';

/** The catalogue of a state folder. `api` may be null: then only what is stored can be had. Without a host nothing is installed by it. */
export function catalogueOf(
  state: StateFolder,
  rootFingerprint: string,
  api: ServerApi | null,
  host?: Pick<Host, 'clock'>,
): TrustedCatalogue {
  return new TrustedCatalogue({
    url: api?.metadataUrl ?? '',
    rootFingerprint,
    ...(host === undefined ? {} : { machineClock: () => new Date(host.clock.now()) }),
    storage: storageIn(state),
    fetcher: api?.metadataFetcher ?? { fetch: () => Promise.reject(notActivated()) },
  });
}

function storageIn(state: StateFolder): CatalogueStorage {
  const pathOf = (name: string) => join(state.metadata, name);
  return {
    read: (name) => readBytesOrSetAside(pathOf(name), state.onDamage),
    write: (name, bytes) => writeAtomically(pathOf(name), bytes),
    setAside: (name) => setAside(pathOf(name), 'it does not hold', state.onDamage),
  };
}

/**
 * The installer that a policy names, as the catalogue describes it: both must say the same.
 * @throws ClientError `verification.failed`
 */
export function agreedPackage(view: CatalogueView, target: PolicyTarget, now: Date): InstallerPackage {
  const found = packageAt(view, target.path, now);
  const upper = (guid: string) => guid.toUpperCase();
  const isAgreed =
    found.version === target.version &&
    found.sha256 === target.sha256 &&
    found.size === target.size &&
    upper(found.productCode) === upper(target.productCode) &&
    upper(found.upgradeCode) === upper(target.upgradeCode) &&
    found.architecture === target.architecture;
  if (isAgreed) return found;
  throw distrusted(
    new TrustError('target.mismatch', `The policy and the signed catalogue disagree about ${target.path}.`),
  );
}

/**
 * The installer at a path of the catalogue.
 * @throws ClientError `verification.failed` where the catalogue does not hold it, or has expired
 */
function packageAt(view: CatalogueView, path: string, now: Date): InstallerPackage {
  return trusting(() => packageOf(view.installer(path, now)));
}

/**
 * The installer that an installed product came from, whatever its architecture and language; null where the catalogue
 * does not hold it.
 * @throws ClientError `verification.failed` where the catalogue has expired
 */
export function packageFor(
  view: CatalogueView,
  productId: string,
  product: { readonly productCode: string; readonly version: string },
  now: Date,
): InstallerPackage | null {
  const all = trusting(() => view.installersOf(productId, now));
  const found = all.find(
    ({ facts }) =>
      facts.productCode.toUpperCase() === product.productCode.toUpperCase() &&
      sameVersion(facts.version, product.version),
  );
  return found === undefined ? null : packageOf(found);
}

function trusting<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof TrustError ? distrusted(error) : error;
  }
}

function packageOf({ path, size, sha256, facts }: ReturnType<CatalogueView['installer']>): InstallerPackage {
  const { version, productCode, upgradeCode, architecture, properties = {}, publisher = null } = facts;
  return {
    path,
    size,
    sha256,
    version,
    architecture,
    properties,
    productCode: productCode.toUpperCase(),
    upgradeCode: upgradeCode.toUpperCase(),
    fileName: plainFileName(facts.fileName ?? path.slice(path.lastIndexOf('/') + 1)),
    publisher: publisher === null ? null : readPublisher(publisher),
    verifiedAt: facts.verifiedAt ?? null,
    hidden: [],
  };
}

/** What each rule's refusal means to a person who does not know the rules. */
const meanings: Partial<Record<TrustError['code'], string>> = {
  'metadata.rolled-back': 'The server shows an older list of approved versions than this workstation has seen.',
  'metadata.wrong-version': 'The server shows another list of approved versions than the one that it announces.',
  'metadata.mismatch': 'The server shows another list of approved versions than the one that it announces.',
  'metadata.bad-signature': 'The list of approved versions is not signed by those who approve.',
  'metadata.wrong-root': 'This is not the server that the installation key is for.',
  'metadata.expired': 'The list of approved versions is out of date.',
  'metadata.missing': 'The server does not show the whole list of approved versions.',
  'metadata.too-large': 'The server sends more than a list of approved versions can be.',
  'target.unknown': 'The version is not approved, or no longer.',
  'target.mismatch': 'What the server wants installed is not what was approved.',
};

/**
 * What does not pass the catalogue's rules, as the person sees it: what it means, what to do, and for support what exactly
 * was found, with the rule's own code.
 */
export function distrusted(error: TrustError): ClientError {
  const meaning = meanings[error.code] ?? 'The list of approved versions cannot be read.';
  const message = `${meaning} Nothing was installed; tell your administrator. ${error.message} (${error.code})`;
  return new ClientError('verification.failed', message, { cause: error });
}

function readPublisher(publisher: { subject: string; issuer: string; authorityKey?: unknown }) {
  const { subject, issuer, authorityKey } = publisher;
  return { subject, issuer, ...(typeof authorityKey === 'string' ? { authorityKey } : {}) };
}

/** A name that stays within its folder on every system, whatever the catalogue says. */
function plainFileName(name: string): string {
  const plain = name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').replace(/^[. ]+|[. ]+$/g, '');
  return plain.length > 0 && plain.length <= 200 ? plain : 'installer.msi';
}
