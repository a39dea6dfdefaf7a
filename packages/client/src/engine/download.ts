// Fetches an installer: goes on where a cut connection left it, takes never more than the signed size, hashes as it writes.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import { removeFile, renameDurably, writeAtomically } from '../state/atomic-file.ts';
import { isDiskFull } from '../state/room.ts';
import { readTextIfThere } from '../state/state-file.ts';
import type { Host } from './host.ts';
import type { HttpStream } from './http-client.ts';
import { refusal } from './server-api.ts';

/** What is to be fetched, by the signed metadata. */
export interface DownloadTarget {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** How to fetch. */
export interface DownloadOptions {
  /** Asks the server for the file with these headers (`Range`, `If-Range`). */
  readonly open: (headers: Readonly<Record<string, string>>, signal?: AbortSignal) => Promise<HttpStream>;
  readonly onProgress?: (bytes: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
  /** Nobody waits: where the server asks to come again later, that ends this attempt instead of being waited for. */
  readonly isBackground?: boolean;
}

/** Waits between attempts, in milliseconds. An attempt that brought bytes starts them anew. */
const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];
/** What is written at once: the hash and the network go on meanwhile. */
const batchBytes = 1024 * 1024;
/** So many bytes of a file are handed to the disk while more comes, so that there is little left to wait for at its end. */
const syncBytes = 32 * 1024 * 1024;
/** Progress is told after so many bytes. */
const toldEvery = 256 * 1024;
/** The longest wait that `Retry-After` can ask of a person who waits. */
const longestRetryAfterMs = 60_000;

/**
 * Fetches a file to `path`. What has come lies in `PATH.part` (with the server's ETag in `PATH.part.etag`) until it is
 * whole and its hash is right.
 * @throws ClientError `download.failed`, `verification.failed` (longer than signed, or another hash: what came is
 *   thrown away), `disk.full`
 */
export async function download(
  path: string,
  target: DownloadTarget,
  host: Pick<Host, 'wait'>,
  options: DownloadOptions,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = new PartFile(path, target);
  let hadOldBytes = await part.begin();
  for (let failures = 0; ;) {
    const before = part.length;
    try {
      if (part.length < target.size) await fetchRest(part, options);
      if (await part.finish()) return;
      if (!hadOldBytes) throw wrongContent('The downloaded file has another hash than the approved installer.');
      // What lay there from an earlier time may be to blame: once more, from the first byte.
      hadOldBytes = false;
      await part.restart(null);
    } catch (error) {
      if (part.length > before) failures = 0;
      const wait = waitAfter(error, failures, options);
      if (wait === null) {
        await part.close();
        throw asFailure(error);
      }
      failures += 1;
      await host.wait(wait, options.signal);
    }
  }
}

/** How long to wait before another attempt; null where another attempt makes no sense. */
function waitAfter(error: unknown, failures: number, options: DownloadOptions): number | null {
  const { signal, isBackground = false } = options;
  const askedMs = asClientError(error)?.facts.retryAfterMs ?? 0;
  if (signal?.aborted === true) return null;
  const isPassing = asClientError(error, 'server.unreachable', 'server.timed-out', 'server.busy') !== null;
  const wait = retryDelaysMs[failures];
  if (!isPassing || wait === undefined || (isBackground && askedMs > 0)) return null;
  return Math.max(wait, Math.min(askedMs, longestRetryAfterMs));
}

function asFailure(error: unknown): unknown {
  if (isDiskFull(error)) {
    return new ClientError('disk.full', 'The disk became full during the download. Free some space, then try again.', {
      cause: error,
    });
  }
  const failure = asClientError(error);
  if (failure === null || failure.code === 'verification.failed' || failure.code === 'disk.full') return error;
  return new ClientError('download.failed', `The installer could not be downloaded: ${failure.message}`, {
    ...failure.facts,
    cause: error,
  });
}

function wrongContent(message: string): ClientError {
  return new ClientError('verification.failed', `${message} Tell your administrator.`);
}

async function fetchRest(part: PartFile, { open: ask, onProgress, signal }: DownloadOptions): Promise<void> {
  const range = part.length === 0 ? {} : { range: `bytes=${part.length}-`, 'if-range': part.etag ?? '""' };
  let told = part.length;
  const answer = await ask({ 'accept-encoding': 'identity', ...range }, signal);
  try {
    await placeFor(part, answer);
    for await (const bytes of answer.body as AsyncIterable<Buffer>) {
      await part.append(bytes);
      if (part.length - told < toldEvery && !part.isWhole) continue;
      told = part.length;
      await onProgress?.(told);
    }
  } catch (error) {
    answer.body.destroy();
    if (!isDiskFull(error)) await keepWhatCame(part);
    if (error instanceof ClientError || isDiskFull(error)) throw error;
    throw new ClientError('server.unreachable', 'The connection was cut during the download.', { cause: error });
  }
  if (!part.isWhole) {
    throw new ClientError('server.unreachable', 'The connection ended before the file did.');
  }
}

/** The next attempt goes on behind what is in the file by now. */
async function keepWhatCame(part: PartFile): Promise<void> {
  try {
    await part.flush();
  } catch (error) {
    if (isDiskFull(error)) throw error;
    const why = systemCode(error) ?? String(error);
    throw new ClientError('download.failed', `The installer cannot be written to the disk (${why}).`, { cause: error });
  }
}

/** Makes the part file ready for the body of an answer, or refuses the answer. */
async function placeFor(part: PartFile, answer: HttpStream): Promise<void> {
  const { status, headers } = answer;
  if (status === 206) {
    const from = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
    if (from !== undefined && Number(from) === part.length) return;
    await part.restart(null);
    throw new ClientError('server.busy', 'The server sent another part of the file than was asked for.');
  }
  if (status === 200) {
    if (Number(headers['content-length'] ?? part.size) !== part.size) {
      await part.discard();
      throw wrongContent('The server holds a file of another length than the approved installer.');
    }
    await part.restart(headers.etag ?? null);
    return;
  }
  if (status === 416) {
    await part.restart(null);
    throw new ClientError('server.busy', 'The server holds another file than the one whose beginning is here.');
  }
  throw refusal({ status, headers, body: Buffer.from(await beginningOf(answer)) });
}

async function beginningOf({ body }: HttpStream): Promise<string> {
  let text = '';
  for await (const bytes of body as AsyncIterable<Buffer>) {
    text += bytes.toString('utf8');
    if (text.length > 65_536) break;
  }
  body.destroy();
  return text;
}

/** The file that grows beside its final place. */
class PartFile {
  etag: string | null = null;
  /** What has come, and is in the file or on its way there. */
  length = 0;
  readonly #path: string;
  readonly #target: DownloadTarget;
  #hash: Hash = createHash('sha256');
  #handle: FileHandle | null = null;
  /** What has come and is not being written yet, and how much before it is written or being written. */
  readonly #waiting: Buffer[] = [];
  #begun = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> = Promise.resolve();
  #synced = 0;

  constructor(path: string, target: DownloadTarget) {
    this.#path = path;
    this.#target = target;
  }

  /** What it will have, by the signed metadata. */
  get size(): number {
    return this.#target.size;
  }

  get isWhole(): boolean {
    return this.length === this.#target.size;
  }

  get #partPath(): string {
    return `${this.#path}.part`;
  }

  get #etagPath(): string {
    return `${this.#path}.part.etag`;
  }

  /** Takes up what lies there; true where that was something. Without the ETag it can't be gone on with. */
  async begin(): Promise<boolean> {
    const etag = await readTextIfThere(this.#etagPath);
    const size = await sizeOf(this.#partPath);
    if (etag === null || etag === '' || size === 0 || size > this.#target.size) {
      await this.restart(null);
      return false;
    }
    for await (const bytes of createReadStream(this.#partPath) as AsyncIterable<Buffer>) this.#hash.update(bytes);
    this.#handle = await open(this.#partPath, 'r+');
    this.etag = etag;
    this.#goOnFrom(size);
    return true;
  }

  /** Throws away what lies there and begins at the first byte. Only a strong ETag can be gone on with later. */
  async restart(etag: string | null): Promise<void> {
    await this.close();
    this.#handle = await open(this.#partPath, 'w', 0o600);
    this.#hash = createHash('sha256');
    this.#goOnFrom(0);
    this.etag = etag?.startsWith('"') === true ? etag : null;
    if (this.etag === null) await removeFile(this.#etagPath);
    else await writeAtomically(this.#etagPath, this.etag);
  }

  /** Takes what has come. It is written a good deal at a time, while more comes. */
  async append(bytes: Buffer): Promise<void> {
    if (this.length + bytes.length > this.#target.size) {
      await this.discard();
      throw wrongContent('The server sent more bytes than the approved installer has.');
    }
    this.#hash.update(bytes);
    this.#waiting.push(bytes);
    this.length += bytes.length;
    if (this.length - this.#begun >= batchBytes) await this.#writeWaiting();
  }

  /** Resolves when everything that has come is in the file. */
  async flush(): Promise<void> {
    await this.#writeWaiting();
    await this.#writing;
  }

  /** Begins to write what waits, as soon as the write before it has ended. Rejects with what that one failed with. */
  async #writeWaiting(): Promise<void> {
    await this.#writing;
    const batch = Buffer.concat(this.#waiting.splice(0));
    const from = this.#begun;
    this.#begun += batch.length;
    this.#writing = this.#write(batch, from);
    // Whoever waits for it next meets the failure; until then it is nobody's unhandled one.
    this.#writing.catch(() => undefined);
  }

  async #write(bytes: Buffer, from: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#opened().write(bytes, done, bytes.length - done, from + done);
      done += bytesWritten;
    }
    if (from - this.#synced < syncBytes) return;
    this.#synced = from;
    // One at a time; what fails is met at the end.
    this.#syncing = this.#syncing.then(() => this.#handle?.datasync());
    this.#syncing.catch(() => undefined);
  }

  /** Puts the whole file into its place. False where its hash is wrong: then it is thrown away. */
  async finish(): Promise<boolean> {
    await this.flush();
    if (this.#hash.digest('hex') !== this.#target.sha256) {
      await this.discard();
      return false;
    }
    await this.#syncing;
    await this.#opened().sync();
    await this.close();
    await renameDurably(this.#partPath, this.#path);
    await removeFile(this.#etagPath);
    return true;
  }

  async discard(): Promise<void> {
    await this.close();
    await removeFile(this.#partPath);
    await removeFile(this.#etagPath);
    this.#goOnFrom(0);
  }

  #goOnFrom(length: number): void {
    this.length = length;
    this.#begun = length;
    this.#synced = length;
    this.#syncing = Promise.resolve();
    this.#waiting.length = 0;
    this.#writing = Promise.resolve();
  }

  async close(): Promise<void> {
    // What failed was met by whoever wrote it; here only the file's handle is to be free.
    await this.#writing.catch(() => undefined);
    await this.#syncing.catch(() => undefined);
    await this.#handle?.close();
    this.#handle = null;
  }

  #opened(): FileHandle {
    if (this.#handle === null) throw new Error('the part file is closed');
    return this.#handle;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
