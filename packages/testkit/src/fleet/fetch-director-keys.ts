// The director's public keys of a running server, verified from the root that an installation key names.
import { parseInstallationKey, TrustedCatalogue, type FetchAnswer, type MetadataFetcher } from '@usher/trust';

const fetcher: MetadataFetcher = {
  fetch: async (url, { maxLength }): Promise<FetchAnswer> => {
    const answer = await fetch(url);
    if (answer.status === 404 || answer.status === 403) return { status: 'missing' };
    if (!answer.ok) throw new Error(`GET ${url} was answered with ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (bytes.length > maxLength) throw new Error(`${url} has more than ${maxLength} bytes`);
    return { status: 'found', bytes };
  },
};

/** Verifies the catalogue of the server that the key leads to, and answers whose policies count there. */
export async function fetchDirectorKeys(installationKey: string, now: Date): Promise<readonly string[]> {
  const { url, rootFingerprint } = parseInstallationKey(installationKey);
  const files = new Map<string, Uint8Array>();
  const catalogue = new TrustedCatalogue({
    url: `${url}/api/v1/workstation/tuf`,
    rootFingerprint,
    fetcher,
    storage: {
      read: (name) => Promise.resolve(files.get(name) ?? null),
      write: (name, bytes) => Promise.resolve(void files.set(name, bytes)),
      setAside: (name) => Promise.resolve(void files.delete(name)),
    },
  });
  return (await catalogue.refresh(now)).directorKeys;
}
