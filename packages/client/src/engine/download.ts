// Fetches an installer: goes on where a cut connection left it, takes never more than the signed size, hashes as it writes.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import { isDiskFull } from '../state/room.ts';
import type { Host } from './host.ts';
import type { HttpStream } from './http-client.ts';
import { PartFile, wrongContent, type DownloadTarget } from './part-file.ts';
import { refusal } from './server-api.ts';

/** How to fetch. */
export interface DownloadOptions {
  /** Asks the server for the file with these headers (`Range`, `If-Range`). */
  readonly open: (headers: Readonly<Record<string, string>>, signal?: AbortSignal) => Promise<HttpStream>;
  readonly onProgress?: (bytes: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
  /** Nobody waits: where the server asks to come again later, that ends this attempt instead of being waited for. */
  readonly isBackground?: boolean;
}

/** Waits between attempts, in milliseconds. An attempt that came further than any before it starts them anew. */
const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];
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
  let furthest = part.length;
  for (let failures = 0; ;) {
    try {
      if (part.length < target.size) await fetchRest(part, options);
      if (await part.finish()) return;
      if (!hadOldBytes) throw wrongContent('The downloaded file has another hash than the approved installer.');
      // What lay there from an earlier time may be to blame: once more, from the first byte.
      hadOldBytes = false;
      await part.restart(null);
    } catch (error) {
      // What comes again and again, as from a server that lets no download go on, must come to an end.
      if (part.length > furthest) failures = 0;
      furthest = Math.max(furthest, part.length);
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
