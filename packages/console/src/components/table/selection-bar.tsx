// What is chosen in a list, how to choose all that match, and what can be done with it.
import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { nothingSelected, type Selection, selectedCount } from '../../state/selection.ts';

interface SelectionBarProps {
  readonly selection: Selection;
  readonly total: number;
  readonly isWholePage: boolean;
  readonly onChange: (selection: Selection) => void;
  readonly actions: ReactNode;
}

/** The bar; nothing while nothing is chosen. */
export function SelectionBar(properties: SelectionBarProps): ReactNode {
  const { selection, total, isWholePage, onChange, actions } = properties;
  const { t } = useTranslation();
  const count = selectedCount(selection);
  if (count === 0) return null;
  const canTakeAll = selection.kind === 'ids' && isWholePage && total > count;
  return (
    <Group
      px="sm"
      py={8}
      gap="sm"
      bg="var(--usher-info-soft)"
      role="region"
      aria-label={t('table.selection')}
      wrap="wrap"
    >
      <Text size="sm" fw={600} aria-live="polite">
        {selection.kind === 'all' ? t('table.allSelected', { count }) : t('table.selected', { count })}
      </Text>
      {canTakeAll && (
        <Button size="compact-sm" variant="subtle" onClick={() => onChange({ kind: 'all', total })}>
          {t('table.selectAll', { count: total })}
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        c="var(--mantine-color-text)"
        onClick={() => onChange(nothingSelected)}
      >
        {t('table.clearSelection')}
      </Button>
      <Group gap="xs" ml="auto">
        {actions}
      </Group>
    </Group>
  );
}
