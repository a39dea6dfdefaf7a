// Turns bytes into text by Windows code page.
import { malformed } from './installer-error.ts';

const ENCODINGS = new Map<number, string>([
  [874, 'windows-874'],
  [932, 'shift_jis'],
  [936, 'gbk'],
  [949, 'euc-kr'],
  [950, 'big5'],
  ...Array.from({ length: 9 }, (_, index): [number, string] => [1250 + index, `windows-${1250 + index}`]),
  [20127, 'windows-1252'],
  [28591, 'windows-1252'],
  [54936, 'gb18030'],
  [65001, 'utf-8'],
]);

/** Decodes the texts of one database, or of its summary information. */
export type TextDecode = (bytes: Uint8Array) => string;

/**
 * The decoder for a Windows code page. 0 is neutral, and tools differ in what they write under it: strict UTF-8 is
 * tried first, then Windows-1252. Throws `installer.malformed` for a code page that no package has.
 */
export function decoderForCodePage(codePage: number, where: string): TextDecode {
  if (codePage === 0) return utf8OrWestern();
  const encoding = ENCODINGS.get(codePage);
  if (encoding === undefined) throw malformed(where, `code page ${codePage} is not known`);
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}

/** Strict UTF-8 first, then Windows-1252, text by text: what is not meant as UTF-8 hardly ever is valid UTF-8. */
export function utf8OrWestern(): TextDecode {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const western = new TextDecoder('windows-1252');
  return (bytes) => {
    try {
      return strict.decode(bytes);
    } catch {
      return western.decode(bytes);
    }
  };
}
