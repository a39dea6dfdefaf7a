// An artifact of the repository: found in verified metadata, fetched by the client's own download, kept if it fits.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { consistentTargetName, type MetadataWorkflow } from '@usher/trust';
import { systemCode } from '../src/client-error.ts';
import { download } from '../src/engine/download.ts';
import type { HttpClient } from '../src/engine/http-client.ts';
import type { DownloadTarget } from '../src/engine/part-file.ts';
import { removeFile } from '../src/state/atomic-file.ts';
import { plainName } from './plain-name.ts';

const timeoutMs = 30_000;

/**
 * Brings the metadata up to date and fetches the artifact of that name, unless it lies there already. What did not
 * come whole and right leaves nothing behind.
 */
export async function downloadArtifact(options: {
  readonly workflow: MetadataWorkflow;
  readonly http: HttpClient;
  /** The target path. */
  readonly name: string;
  readonly baseUrl: string;
  readonly folder: string;
}): Promise<void> {
  const { workflow, http, name, baseUrl, folder } = options;
  const { root } = await workflow.refresh();
  const found = await workflow.findTarget(name);
  if (found === null) throw new Error(`the repository holds no ${name}`);
  const { sha256 } = found.hashes;
  if (sha256 === undefined) throw new Error(`the repository gives no SHA-256 of ${name}`);

  const target = { sha256, size: found.length };
  const path = join(folder, plainName(name));
  if (await isThere(path, target)) return;
  const served = root.signed.consistentSnapshot ? consistentTargetName(name, sha256) : name;
  const url = `${baseUrl}/${quotedPath(served)}`;
  const open = (headers: Readonly<Record<string, string>>) => http.open({ method: 'GET', url, headers, timeoutMs });
  try {
    await download(path, target, { wait: () => Promise.resolve() }, { open });
  } catch (error) {
    await removeFile(`${path}.part`);
    await removeFile(`${path}.part.etag`);
    throw error;
  }
}

async function isThere(path: string, { sha256, size }: DownloadTarget): Promise<boolean> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(bytes);
      length += bytes.length;
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
  return length === size && hash.digest('hex') === sha256;
}

/** A path in an address. A part that means another folder can't be asked for: on the way it would come to mean that. */
function quotedPath(path: string): string {
  const parts = path.split('/');
  if (parts.some((part) => part === '.' || part === '..')) throw new Error(`${path} is no path to ask for`);
  return parts.map(encodeURIComponent).join('/');
}
