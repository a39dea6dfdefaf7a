// Packs the names of tables and streams as Windows Installer does.

export const PACKED_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';

/** Two characters go into one code unit where both are in the alphabet; a mark goes before the name of a table. */
export function packStreamName(name: string, isTable: boolean): string {
  let packed = isTable ? '\u4840' : '';
  for (let index = 0; index < name.length; index++) {
    const first = PACKED_ALPHABET.indexOf(name.charAt(index));
    const second = index + 1 < name.length ? PACKED_ALPHABET.indexOf(name.charAt(index + 1)) : -1;
    if (first < 0) packed += name.charAt(index);
    else if (second < 0) packed += String.fromCharCode(0x4800 + first);
    else {
      packed += String.fromCharCode(0x3800 + first + second * 64);
      index++;
    }
  }
  return packed;
}
