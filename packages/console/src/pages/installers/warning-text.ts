// A warning about an installer in the language on screen; the server's sentence where this console is older.
import type { TFunction } from 'i18next';
import type { Installer } from '../../api/types.ts';

/** The warning's sentence. */
export function warningText(warning: Installer['warnings'][number], t: TFunction): string {
  const translated = t(`warnings.${warning.code}` as 'warnings.unsigned', { defaultValue: '' });
  return translated === '' ? warning.message : translated;
}
