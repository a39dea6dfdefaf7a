// The choice of columns.
import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import Columns3 from 'lucide-react/icons/columns-3';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column } from './column.ts';
import type { Visibility } from './use-columns.ts';

interface ColumnsMenuProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly visibility: Visibility;
  readonly onChange: (id: string, isVisible: boolean) => void;
}

/** A button that opens the list of columns. */
export function ColumnsMenu<Row>({ columns, visibility, onChange }: ColumnsMenuProps<Row>): ReactNode {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<Columns3 size={14} />}>
          {t('table.columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('table.columns')}>
        <Stack gap={8}>
          {columns.map((column) => (
            <Checkbox
              key={column.id}
              size="xs"
              label={column.label}
              disabled={column.isFixed === true}
              checked={visibility[column.id] ?? true}
              onChange={(event) => onChange(column.id, event.currentTarget.checked)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
