// Why workstations of a product that is only observed would be refused, or have to update, in numbers.
import { List } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Observed } from '../api/types.ts';
import { reasonText } from './code-reason.ts';

/** The reasons, the most frequent first. */
export function ObservedReasons({ reasons }: { reasons: Observed['reasons'] }): ReactNode {
  const { t } = useTranslation();
  if (reasons.length === 0) return null;
  return (
    <List size="sm" mt={4}>
      {reasons.map((reason) => (
        <List.Item key={`${reason.reason} ${String(reason.code)}`}>
          {reasonText(reason.reason, t)}
          {reason.code !== null && ` (${reason.code})`}: {t('updates.workstationCount', { count: reason.workstations })}
        </List.Item>
      ))}
    </List>
  );
}
