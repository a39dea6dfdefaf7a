// Says in one line why a command failed, and what to do about it.
import { isOutOfRoom } from '../database/out-of-room.ts';

/** The code that an error of Node, of its libraries or of Usher carries; empty without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** One line, whatever the message was. */
export function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, ' ');
}

/** The sentence, with a full stop. */
export function withStop(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** What failed, in one line, and what to do about it where that does not speak for itself. */
export function describeFailure(error: unknown): string {
  const code = codeOf(error);
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const plain = path === undefined ? undefined : ofPaths[code]?.(path);
  if (plain !== undefined) return plain;
  const hint = hints[code] ?? (isOutOfRoom(error) ? makeRoom : undefined);
  return hint === undefined ? oneLine(error) : `${withStop(oneLine(error))} ${hint}`;
}

/** What the system refuses to do with a file or folder, and what to do about it. */
const ofPaths: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `${path} is not there. Is the path right?`,
  EEXIST: (path) => `${path} is there already. Nothing is overwritten: choose another name.`,
  ENOTDIR: (path) => `${path} lies in something that is no folder. Is the path right?`,
  EISDIR: (path) => `${path} is a folder, not a file. Is the path right?`,
  EACCES: (path) => `This user has no right to ${path}. Give it the right, or choose another place.`,
  EPERM: (path) => `This user has no right to ${path}. Give it the right, or choose another place.`,
  EROFS: (path) => `${path} lies on a disk that is mounted read-only. Mount it writable, or choose another place.`,
};

const makeRoom = 'Make room on that disk, and try again.';
const tlsFiles =
  'USHER_TLS_CERT must name a PEM file with the certificate, and USHER_TLS_KEY one with its private key, without a passphrase.';

/** What to do about what else is refused, by the code of the system, of PostgreSQL, or of OpenSSL. */
const hints: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there: stop it, or choose another port with USHER_PORT.',
  EADDRNOTAVAIL: 'This machine has no such address: set USHER_HOST to one that it has.',
  EACCES: 'Give this user the right to it, or choose another port with USHER_PORT.',
  ECONNREFUSED: 'Is the database server running, and USHER_DATABASE_URL right?',
  ENOTFOUND: 'Is the name right in USHER_DATABASE_URL, or USHER_HOST?',
  EAI_AGAIN: 'The name cannot be looked up now: is it right in USHER_DATABASE_URL, or USHER_HOST?',
  '28P01': 'Are name and password right in USHER_DATABASE_URL?',
  '3D000': 'Make the database first, or set USHER_DATABASE_URL to another.',
  ERR_OSSL_PEM_NO_START_LINE: tlsFiles,
  ERR_OSSL_UNSUPPORTED: tlsFiles,
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'USHER_TLS_KEY is not the key of the certificate in USHER_TLS_CERT.',
};
