// Sends a file from the disk: whole or a range of it, again only where it has changed, without holding it in memory.
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem-error.ts';
import { parseByteRange } from './byte-range.ts';

/** A file that never changes under its name. */
export interface SentFile {
  readonly path: string;
  /** Bytes, as they should be. */
  readonly size: number;
  /** Lower-case hexadecimal: it is the strong entity tag. */
  readonly sha256: string;
  readonly type: string;
  /** Content-Disposition; left out: none. */
  readonly disposition?: string;
}

/** Whether one of the entity tags of If-None-Match is this one, or any (RFC 9110, section 13.1.2: compared weakly). */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((part) => part.trim().replace(/^W\//, '') === tag);
}

/**
 * Answers a GET or HEAD request with a file: 200, 206, 304, or 416 as a problem.
 * @throws ProblemError `request.range-not-satisfiable`
 * @throws Error where the file on the disk is missing or not as long as it should be
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: SentFile): Promise<FastifyReply> {
  const tag = `"${file.sha256}"`;
  reply.header('etag', tag).header('accept-ranges', 'bytes').header('cache-control', 'private, no-cache');
  if (matchesTag(request.headers['if-none-match'], tag)) return reply.code(304).send();

  const { range: asked, 'if-range': ifRange } = request.headers;
  // A date, or the tag of another file: what the client has does not fit, so it gets the whole (RFC 9110, section 13.1.5).
  const range = ifRange === undefined || ifRange === tag ? parseByteRange(asked, file.size) : null;
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.size}`);
    throw new ProblemError('request.range-not-satisfiable', `The file has ${file.size} bytes.`);
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  const handle = await openWhole(file);
  reply.type(file.type).header('content-length', String(end - start + 1));
  if (file.disposition !== undefined) reply.header('content-disposition', file.disposition);
  if (range !== null) reply.code(206).header('content-range', `bytes ${start}-${end}/${file.size}`);
  if (request.method === 'HEAD') {
    await handle.close();
    // A stream, so that the length that the header names is left as it is.
    return reply.send(Readable.from([]));
  }
  return reply.send(handle.createReadStream({ start, end }));
}

async function openWhole({ path, size }: SentFile): Promise<FileHandle> {
  const handle = await open(path, 'r');
  const { size: found } = await handle.stat();
  if (found === size) return handle;
  await handle.close();
  throw new Error(`${path} has ${found} bytes, and should have ${size}.`);
}
