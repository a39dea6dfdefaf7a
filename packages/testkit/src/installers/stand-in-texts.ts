// Texts beyond ASCII in an MSI's string pool. `wixl` and `msibuild` can only write Latin-1 there, whatever code
// page is asked for: they are given ASCII stand-ins of the same length in bytes, and the file's bytes are
// replaced when all else is done.

/** The code pages in which a test installer can keep its strings, and the encoding's name for `TextDecoder`. */
const encodings: Readonly<Record<number, string>> = {
  932: 'shift_jis',
  1250: 'windows-1250',
  1251: 'windows-1251',
  1252: 'windows-1252',
};

/** Fewer bytes than this could also occur elsewhere in the file by chance. */
const fewestBytes = 6;

function encoder(codepage: number): (text: string) => Buffer {
  if (codepage === 65001) return (text) => Buffer.from(text, 'utf8');
  const label = encodings[codepage];
  if (label === undefined) throw new Error(`code page ${codepage} is not among those known here`);
  const decoder = new TextDecoder(label, { fatal: true });
  const known = new Map<string, Buffer>();
  const learn = (bytes: Buffer) => {
    try {
      const character = decoder.decode(bytes);
      if (character.length === 1 && !known.has(character)) known.set(character, bytes);
    } catch (error) {
      // Not every byte or pair of bytes is a character: `fatal` makes that a TypeError.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  for (let first = 0; first < 256; first += 1) learn(Buffer.from([first]));
  if (codepage === 932) {
    for (let first = 0x81; first < 0xfd; first += 1) {
      for (let second = 0x40; second < 0xfd; second += 1) learn(Buffer.from([first, second]));
    }
  }
  return (text) =>
    Buffer.concat(
      Array.from(text, (character) => {
        const bytes = known.get(character);
        if (bytes === undefined) throw new Error(`"${character}" is not in code page ${codepage}`);
        return bytes;
      }),
    );
}

const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);

/** The stand-ins of one installer. */
export class StandInTexts {
  readonly #codepage: number;
  readonly #standIns = new Map<string, { text: string; bytes: Buffer }>();

  constructor(codepage: number) {
    this.#codepage = codepage;
  }

  /** What to write for `text` in the source: itself where it is ASCII. @throws {Error} where it is under 6 bytes long */
  for(text: string): string {
    if (isAscii(text)) return text;
    const there = [...this.#standIns].find(([, known]) => known.text === text);
    if (there !== undefined) return there[0];
    const bytes = encoder(this.#codepage)(text);
    if (bytes.length < fewestBytes) {
      throw new Error(
        `"${text}" takes ${bytes.length} bytes in code page ${this.#codepage}, at least ${fewestBytes} are needed`,
      );
    }
    const standIn = `Zq${this.#standIns.size}`.padEnd(bytes.length, 'qZ');
    this.#standIns.set(standIn, { text, bytes });
    return standIn;
  }

  /** Puts the texts in the place of their stand-ins. @throws {Error} where one does not occur */
  replaceIn(file: Buffer): void {
    for (const [standIn, { text, bytes }] of this.#standIns) {
      let at = file.indexOf(standIn, 0, 'latin1');
      if (at === -1) throw new Error(`the stand-in of "${text}" is not in one piece in the file`);
      for (; at !== -1; at = file.indexOf(standIn, at + bytes.length, 'latin1')) bytes.copy(file, at);
    }
  }
}
