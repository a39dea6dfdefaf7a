// A changed installer, as someone on its way would leave it: well-formed still, but not what was signed.
import { readFile, writeFile } from 'node:fs/promises';

/** Where in an installer a byte is changed: in its packed files, or among its strings (the product's name). */
export type TamperedPart = 'files' | 'strings';

/**
 * Writes a copy of an installer with one byte changed after it was signed, as someone on the way would; it is
 * still a well-formed compound file. Needs no program.
 */
export async function tamperInstaller(
  from: string,
  to: string,
  options: { readonly part: TamperedPart; readonly productName?: string } = { part: 'files' },
): Promise<void> {
  const bytes = await readFile(from);
  const mark = options.part === 'files' ? 'MSCF' : (options.productName ?? 'Contoso Agent');
  const at = bytes.indexOf(mark, 0, 'latin1');
  if (at === -1) throw new Error(`${from} has no ${options.part} to change: "${mark}" was not found`);
  // Far enough into a cabinet to be packed content (its header is 36 bytes), and the last letter of a name.
  const position = options.part === 'files' ? at + 200 : at + mark.length - 1;
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
  await writeFile(to, bytes);
}
