// The frame of every list: filters and tools above, what is chosen, the rows, and below them where one is and how old that is.
import { Box, Group, Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './data-table.module.css';

interface TableFrameProps {
  readonly filters: ReactNode;
  /** The choice of columns, the export. */
  readonly tools: ReactNode;
  /** What is chosen, and what can be done with it. */
  readonly chosen?: ReactNode;
  readonly footer: ReactNode;
  readonly children: ReactNode;
}

/** The frame. */
export function TableFrame({ filters, tools, chosen, footer, children }: TableFrameProps): ReactNode {
  return (
    <Paper bg="var(--usher-surface)" bd="1px solid var(--usher-line)" style={{ overflow: 'clip' }}>
      <Group justify="space-between" align="flex-start" p="sm" gap="sm" wrap="wrap">
        <Group gap="xs" wrap="wrap" style={{ flex: '1 1 260px' }}>
          {filters}
        </Group>
        <Group gap="xs">{tools}</Group>
      </Group>
      {chosen}
      {children}
      <Box className={classes.footer}>{footer}</Box>
    </Paper>
  );
}
