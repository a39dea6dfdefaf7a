// The summary information of an MSI: a property set about the package itself ([MS-OLEPS] 2.20 to 2.26).
import { decoderForCodePage, utf8OrWestern, type TextDecode } from './code-page.ts';
import type { CompoundFile } from './compound-file.ts';
import type { StreamEntry } from './compound-directory.ts';
import { malformed } from './installer-error.ts';
import { MAX_SUMMARY_BYTES, MAX_TEXT_BYTES } from './limits.ts';

const WHERE = 'Summary information';
const FORMAT = Buffer.from('e0859ff2f94f6810ab9108002b27b3d9', 'hex');
const MAX_PROPERTIES = 256;

// Ids of properties, as Windows Installer uses them ("Summary Information Stream Property Set").
const CODE_PAGE = 1;
const SUBJECT = 3;
const COMMENTS = 6;
const TEMPLATE = 7;
const REVISION = 9;
const PAGE_COUNT = 14;
const WORD_COUNT = 15;

const TYPE_EMPTY = 0;
const TYPE_NULL = 1;
const TYPE_INT16 = 2;
const TYPE_INT32 = 3;
const TYPE_TEXT = 30;

export interface SummaryInformation {
  /** What the package is for, usually the product's name; null when not given. */
  readonly subject: string | null;
  readonly comments: string | null;
  /** Platform and languages: `x64;1033`. */
  readonly template: string | null;
  /** The package code. */
  readonly revision: string | null;
  /** The least version of Windows Installer: 200 for 2.0. */
  readonly pageCount: number | null;
  /** How the files are stored: bit 1 compressed, bit 3 no elevation needed. */
  readonly wordCount: number | null;
}

/** Reads the summary information. Throws `installer.malformed` where it contradicts itself. */
export function readSummaryInformation(file: CompoundFile, stream: StreamEntry | undefined): SummaryInformation {
  if (stream === undefined) throw malformed(WHERE, 'it is missing');
  if (stream.size > MAX_SUMMARY_BYTES) throw malformed(WHERE, `${stream.size} bytes are too many`);
  const bytes = file.read(stream);
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw malformed(WHERE, 'a part of it lies outside of it');
    throw error;
  }
}

function parse(bytes: Buffer): SummaryInformation {
  if (bytes.readUInt16LE(0) !== 0xfffe || bytes.readUInt32LE(24) < 1 || !bytes.subarray(28, 44).equals(FORMAT)) {
    throw malformed(WHERE, 'it is not a property set of this kind');
  }
  const section = bytes.subarray(bytes.readUInt32LE(44));
  const count = section.readUInt32LE(4);
  if (count > MAX_PROPERTIES) throw malformed(WHERE, `${count} properties are too many`);
  const offsets = new Map<number, number>();
  for (let index = 0; index < count; index++) {
    offsets.set(section.readUInt32LE(8 + index * 8), section.readUInt32LE(12 + index * 8));
  }
  const number = (id: number): number | null => readNumber(section, offsets.get(id));
  // A code page is stored as a signed 16-bit number: UTF-8 (65001) is negative.
  const codePage = (number(CODE_PAGE) ?? 0) & 0xffff;
  // wixl names 1252 here and writes UTF-8.
  const decode = codePage === 1252 ? utf8OrWestern() : decoderForCodePage(codePage, WHERE);
  const text = (id: number): string | null => readText(section, offsets.get(id), decode);
  return {
    subject: text(SUBJECT),
    comments: text(COMMENTS),
    template: text(TEMPLATE),
    revision: text(REVISION),
    pageCount: number(PAGE_COUNT),
    wordCount: number(WORD_COUNT),
  };
}

function readNumber(section: Buffer, offset: number | undefined): number | null {
  if (offset === undefined) return null;
  const type = section.readUInt32LE(offset);
  if (type === TYPE_EMPTY || type === TYPE_NULL) return null;
  if (type === TYPE_INT16) return section.readInt16LE(offset + 4);
  if (type === TYPE_INT32) return section.readInt32LE(offset + 4);
  throw malformed(WHERE, `a number has type ${type}`);
}

function readText(section: Buffer, offset: number | undefined, decode: TextDecode): string | null {
  if (offset === undefined) return null;
  const type = section.readUInt32LE(offset);
  if (type === TYPE_EMPTY || type === TYPE_NULL) return null;
  if (type !== TYPE_TEXT) throw malformed(WHERE, `a text has type ${type}`);
  const length = section.readUInt32LE(offset + 4);
  if (length > MAX_TEXT_BYTES) throw malformed(WHERE, `a text of ${length} bytes is too long`);
  const start = offset + 8;
  if (start + length > section.length) throw malformed(WHERE, 'a text ends outside of it');
  const stored = section.subarray(start, start + length);
  const end = stored.indexOf(0);
  return decode(end === -1 ? stored : stored.subarray(0, end));
}
