// Reads the form of an upload as it arrives: the file onto the disk, the fields into values that are right.
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import { propertiesSchema, releaseNotesSchema } from '@usher/protocol';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { storableText } from '../../database/storable-text.ts';
import { isStorable } from '../../http/storable-input.ts';
import { faultsOf, invalidInput, invalidInputs, ProblemError } from '../../problem-error.ts';
import { safeFileName } from './file-name.ts';
import { tooLarge, type InstallerStorage, type ReceivedFile } from './storage.ts';
import type { Upload } from './upload-service.ts';

/** What reading a form needs. */
export interface FormTools {
  readonly storage: InstallerStorage;
  /** Bytes that the file may have at most. */
  readonly mostBytes: number;
}

/** A file was refused while it arrived; its name is known. */
export class RefusedFile extends Error {
  readonly fileName: string;
  readonly refusal: ProblemError;

  constructor(fileName: string, refusal: ProblemError) {
    super(refusal.message, { cause: refusal });
    this.fileName = fileName;
    this.refusal = refusal;
  }
}

/** What a form holds beside its file: names, boundaries, the other fields. */
const roomForFields = 1024 * 1024;
const fieldBytes = 512 * 1024;

const fieldSchemas = {
  releaseNotes: releaseNotesSchema.transform((notes) => (notes.trim() === '' ? null : storableText(notes))),
  properties: z.preprocess(parseProperties, propertiesSchema),
  product: z
    .string()
    .trim()
    .max(80)
    .transform((reference) => (reference === '' ? undefined : storableText(reference))),
};

type Fields = { -readonly [Name in keyof typeof fieldSchemas]?: z.output<(typeof fieldSchemas)[Name]> };

/**
 * Reads the whole form. Where it throws, nothing of the file stays on the disk.
 * @throws ProblemError `installer.missing-file`, `installer.disk-full`, `request.invalid`, `request.malformed`
 * @throws RefusedFile where the file itself is refused while it arrives: `installer.too-large`
 */
export async function readUploadForm(request: FastifyRequest, { storage, mostBytes }: FormTools): Promise<Upload> {
  if (!request.isMultipart()) throw new ProblemError('installer.missing-file');
  if (Number(request.headers['content-length'] ?? 0) > mostBytes + roomForFields) {
    throw new RefusedFile('', tooLarge(mostBytes));
  }
  let received: { file: ReceivedFile; fileName: string } | undefined;
  const fields: Fields = {};
  try {
    // One more than may be, so that what is too much shows.
    const limits = { fileSize: mostBytes + 1, files: 2, fields: 20, fieldSize: fieldBytes };
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') takeField(fields, part);
      else received = await takeFile(part, received === undefined, storage);
    }
  } catch (error) {
    if (received !== undefined) await storage.discard(received.file);
    throw isParserError(error) ? new ProblemError('request.malformed', `${error.message}.`, { cause: error }) : error;
  } finally {
    // Also after a form that was read to its end: what follows it would stop the next request on this connection.
    discardRest(request);
  }
  if (received === undefined) throw new ProblemError('installer.missing-file');
  const { releaseNotes = null, properties = {}, product } = fields;
  return { ...received, releaseNotes, properties, product };
}

async function takeFile(part: MultipartFile, isFirst: boolean, storage: InstallerStorage) {
  if (part.fieldname !== 'file') throw invalidInput(part.fieldname, 'is no part of an upload: the file is "file"');
  if (!isFirst) throw invalidInput('file', 'one file at a time');
  const fileName = safeFileName(part.filename);
  try {
    return { file: await storage.receive(part.file), fileName };
  } catch (error) {
    const isRefusal = error instanceof ProblemError && error.code === 'installer.too-large';
    throw isRefusal ? new RefusedFile(fileName, error) : error;
  }
}

function takeField(fields: Fields, { fieldname, value, valueTruncated }: MultipartValue): void {
  if (fieldname === 'file') throw invalidInput('file', 'is a text, not a file');
  if (!Object.hasOwn(fieldSchemas, fieldname)) throw invalidInput(fieldname, 'is no part of an upload');
  const name = fieldname as keyof Fields;
  if (valueTruncated) throw invalidInput(name, `has more than ${fieldBytes} bytes`);
  if (Object.hasOwn(fields, name)) throw invalidInput(name, 'is there twice');
  if (typeof value === 'string' && !isStorable(value))
    throw invalidInput(name, 'holds a NUL or half of a surrogate pair');
  const parsed = fieldSchemas[name].safeParse(value);
  if (!parsed.success) throw invalidInputs(faultsOf(parsed.error, [name]));
  Object.assign(fields, { [name]: parsed.data });
}

/** A JSON text as its value; anything else stays, and the schema says what is wrong with it. */
function parseProperties(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value.trim() === '') return {};
  try {
    return JSON.parse(value);
  } catch {
    // Not JSON: the text itself does not fit the schema, and the answer says so.
    return value;
  }
}

/** The parser of forms throws errors without a class, a code or a status of their own. */
function isParserError(error: unknown): error is Error {
  return error instanceof Error && error.constructor === Error && !('code' in error);
}

/** Reads on and throws away, so that whoever sends the rest gets to read the answer. */
function discardRest(request: FastifyRequest): void {
  request.raw.unpipe();
  request.raw.resume();
}
