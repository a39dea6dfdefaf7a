// Says in a sentence what a system call failed for, where that is an ordinary mishap and no defect of the client.
import { ClientError, systemCode } from '../client-error.ts';
import { diskFull, isDiskFull } from './room.ts';

/** The failure as the person sees it; null where it is none that a person could do something about. */
export function plainFailure(error: unknown): ClientError | null {
  const path = pathOf(error);
  if (isDiskFull(error)) return diskFull(path, error);
  const sentence = path === null ? undefined : sentences[systemCode(error) ?? '']?.(path);
  return sentence === undefined ? null : new ClientError('state.unusable', sentence, { cause: error });
}

const noRights = (path: string) =>
  `${path} cannot be used: this account has no right to. Run this as an administrator, or name another place.`;

const sentences: Readonly<Record<string, (path: string) => string>> = {
  EACCES: noRights,
  EPERM: noRights,
  EROFS: (path) => `${path} cannot be written: its file system is for reading only. Name another place.`,
  ENOENT: (path) => `There is no ${path}, or no folder for it. Check the path.`,
  ENOTDIR: (path) => `${path} leads through a file, where a folder should be. Check the path.`,
  EISDIR: (path) => `${path} is a folder, where a file should be. Check the path, or move the folder away.`,
};

function pathOf(error: unknown): string | null {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null;
}
