// How a machine becomes a workstation with an installation key that is there.
import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The command, with the key in a file: its secret stands nowhere. */
export function ActivationCommand(): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm">{t('keys.howTo')}</Text>
      <Code block>{t('keys.command')}</Code>
      <Text size="xs" c="dimmed">
        {t('keys.client')}
      </Text>
    </>
  );
}
