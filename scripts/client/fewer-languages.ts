// Takes the languages that the client does not speak out of the ICU data that Node carries: 20 MB of Node for Linux, which
// would else be larger than an executable for workstations should be.

/** Languages whose data stay, and `res_index`, which lists them; `root` is what any other falls back to. */
const kept: ReadonlySet<string> = new Set(['en', 'es', 'pt', 'res']);

/** Where the data begin: UDataInfo (unicode/udata.h) of a common data package, version 1, little-endian. */
const packageType = Buffer.from('CmnD\x01\0\0\0', 'latin1');
const typeInHeader = 12;
const magic = 0x27da;

/** A place in a file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

interface Item {
  readonly name: string;
  readonly data: Buffer;
}

/**
 * The ICU data in a program, but for the very last item, whose length is written nowhere.
 * @throws {Error} where there are none, or several
 */
export function icuData(program: Buffer): Range {
  const found: number[] = [];
  for (let at = program.indexOf(packageType); at !== -1; at = program.indexOf(packageType, at + 1)) {
    if (at >= typeInHeader && program.readUInt16LE(at - typeInHeader + 2) === magic) found.push(at - typeInHeader);
  }
  const [start, ...more] = found;
  if (start === undefined || more.length > 0) throw new Error(`there are ${found.length} ICU packages in this program`);
  const { base, count } = tableIn(program.subarray(start));
  return { start, end: start + base + program.readUInt32LE(start + base + 8 * count) };
}

/** A package with the items of the languages that the client speaks, and of all that belongs to none. */
export function withFewerLanguages(icu: Buffer): Buffer {
  const { base, count } = tableIn(icu);
  const at = (index: number) => ({
    name: base + icu.readUInt32LE(base + 4 + 8 * index),
    data: base + icu.readUInt32LE(base + 8 + 8 * index),
  });
  const items: Item[] = [];
  // The last one ends where nobody says; that of Zulu in South Africa, it is not missed.
  for (let index = 0; index < count - 1; index += 1) {
    const { name, data } = at(index);
    items.push({
      name: icu.toString('latin1', name, icu.indexOf(0, name)),
      data: icu.subarray(data, at(index + 1).data),
    });
  }
  return packed(
    icu.subarray(0, base),
    items.filter(({ name }) => isKept(name)),
  );
}

/** Names are `icudt78l/pt_BR.res`, `icudt78l/zone/pt_BR.res`; what is no language has a longer name. */
function isKept(name: string): boolean {
  const language = /(?:^|\/)([a-z]{2,3})(?:_[A-Za-z0-9_]+)?\.res$/.exec(name)?.[1];
  return language === undefined || kept.has(language);
}

/** Behind the header: the number of items, and for each the places of its name and its data, from here on. */
function tableIn(icu: Buffer): { readonly base: number; readonly count: number } {
  const base = icu.readUInt16LE(0);
  return { base, count: icu.readUInt32LE(base) };
}

function packed(header: Buffer, items: readonly Item[]): Buffer {
  const names = items.map(({ name }) => Buffer.from(`${name}\0`, 'latin1'));
  const table = Buffer.alloc(4 + 8 * items.length);
  table.writeUInt32LE(items.length, 0);
  let place = table.length;
  for (const [index, name] of names.entries()) {
    table.writeUInt32LE(place, 4 + 8 * index);
    place += name.length;
  }
  const parts: Buffer[] = [header, table, ...names];
  for (const [index, { data }] of items.entries()) {
    // ICU reads items as 16-byte aligned; the header's length is a multiple of that.
    const padding = (16 - (place % 16)) % 16;
    table.writeUInt32LE(place + padding, 8 + 8 * index);
    parts.push(Buffer.alloc(padding), data);
    place += padding + data.length;
  }
  return Buffer.concat(parts);
}
