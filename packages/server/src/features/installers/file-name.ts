// The name that an uploaded file had, made safe to be a file's name on Windows.

const longest = 150;
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
// eslint-disable-next-line no-control-regex -- control characters are what must not stay
const unsafe = /[<>:"/\\|?*\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The last part of a name as a browser or program sent it, without what Windows forbids in names or what would show another name than
 * the real one, ending with `.msi`. Workstations keep the file under it: a renamed MSI breaks repairs.
 */
export function safeFileName(sent: string | undefined): string {
  const last = (sent ?? '').toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = last.replaceAll(unsafe, '_').trim();
  const stem = clean.replace(/\.msi$/i, '').replace(/[. ]+$/, '');
  const short = Array.from(stem)
    .slice(0, longest)
    .join('')
    .replace(/[. ]+$/, '');
  if (short === '' || short.startsWith('.')) return 'installer.msi';
  return reserved.test(short) ? `_${short}.msi` : `${short}.msi`;
}
