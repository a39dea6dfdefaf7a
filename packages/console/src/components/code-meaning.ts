// What a numeric code and an installer's exit code mean, in the language on screen.
import type { TFunction } from 'i18next';

/** The meaning of a code that workstations show (1002 to 2046); null where it is none. */
export function codeMeaning(code: number | null, t: TFunction): string | null {
  if (code === null) return null;
  const text = t(`codes.${code}` as 'codes.2028', { defaultValue: '' });
  return text === '' ? null : text;
}

/** The meaning of Windows Installer's exit code (Microsoft, "MsiExec.exe and InstMsi.exe error messages"); null where unknown. */
export function exitCodeMeaning(exitCode: number | null, t: TFunction): string | null {
  if (exitCode === null) return null;
  const text = t(`exitCodes.${exitCode}` as 'exitCodes.1603', { defaultValue: '' });
  return text === '' ? null : text;
}

/** A failure in one line: the code, its meaning, the installer's code. */
export function failureLine(
  failure: { code: number | null; exitCode: number | null; detail?: string | null },
  t: TFunction,
): string {
  const parts = [
    failure.code === null ? null : String(failure.code),
    codeMeaning(failure.code, t) ?? (failure.code === null ? (failure.detail ?? null) : null),
  ].filter((part) => part !== null);
  const line = parts.join(' ');
  if (failure.exitCode === null) return line === '' ? t('failures.unknown') : line;
  const installer = t('failures.exitCode', { code: failure.exitCode });
  return line === '' ? installer : `${line} (${installer})`;
}
