// How Windows Installer packs the names of tables and streams into a compound file's 31 characters.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';
const PAIRS = 0x3800;
const SINGLES = 0x4800;
const TABLE_MARK = 0x4840;

export interface StreamName {
  readonly name: string;
  /** Whether the stream is a table of the database, and not a stream of its own. */
  readonly isTable: boolean;
}

/**
 * Unpacks a name: code units 0x3800 to 0x47FF hold two characters (low six bits first), 0x4800 to 0x483F one, and a
 * leading 0x4840 marks a table. Other characters stand for themselves.
 */
export function unpackStreamName(packed: string): StreamName {
  let name = '';
  let isTable = false;
  for (let index = 0; index < packed.length; index++) {
    const unit = packed.charCodeAt(index);
    if (index === 0 && unit === TABLE_MARK) isTable = true;
    else if (unit >= PAIRS && unit < SINGLES) {
      name += ALPHABET.charAt(unit & 0x3f) + ALPHABET.charAt(((unit - PAIRS) >> 6) & 0x3f);
    } else if (unit >= SINGLES && unit < TABLE_MARK) name += ALPHABET.charAt(unit - SINGLES);
    else name += packed.charAt(index);
  }
  return { name, isTable };
}
