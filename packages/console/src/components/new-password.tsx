// A new password, with what it must be said beforehand.
import { PasswordInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The fewest characters of a password, as the server has it. */
export const shortestPassword = 12;

interface NewPasswordProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The field of a new password. */
export function NewPassword({ label, value, onChange }: NewPasswordProps): ReactNode {
  const { t } = useTranslation();
  return (
    <PasswordInput
      label={label}
      description={t('profile.passwordNote', { count: shortestPassword })}
      autoComplete="new-password"
      required
      minLength={shortestPassword}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
    />
  );
}
