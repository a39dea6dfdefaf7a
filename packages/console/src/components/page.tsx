// The frame of every page: its name, where it belongs, what can be done here.
import { Box, Group, Paper, type PaperProps, Stack, Text, Title } from '@mantine/core';
import ChevronRight from 'lucide-react/icons/chevron-right';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';

interface PageProps {
  readonly title: string;
  /** The list that a detail belongs to. */
  readonly parent?: ReactNode;
  readonly badge?: ReactNode;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
  readonly narrow?: boolean;
  /** Names the zone of the times on it; below a list, the list's own foot does. */
  readonly withZone?: boolean;
  readonly children: ReactNode;
}

/** A page with its heading. The document's title follows it. */
export function Page(properties: PageProps): ReactNode {
  const { title, parent, badge, subtitle, actions, narrow = false, withZone = false, children } = properties;
  const { t } = useTranslation();
  const format = useFormat();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <Stack gap="md" maw={narrow ? 860 : 1560}>
      <Group justify="space-between" align="flex-start" wrap="wrap" gap="sm">
        <Box miw={0}>
          {parent !== undefined && (
            <Group component="nav" aria-label={t('app.breadcrumb')} gap={4} mb={2} fz="sm" c="dimmed">
              {parent}
              <ChevronRight size={14} aria-hidden />
            </Group>
          )}
          <Group gap="sm" wrap="wrap">
            <Title order={1} style={{ overflowWrap: 'anywhere' }}>
              {title}
            </Title>
            {badge}
          </Group>
          {subtitle !== undefined && (
            <Text size="sm" c="dimmed" mt={2} component="div">
              {subtitle}
            </Text>
          )}
        </Box>
        {actions !== undefined && (
          <Group gap="xs" wrap="wrap">
            {actions}
          </Group>
        )}
      </Group>
      {children}
      {withZone && (
        <Text size="xs" c="dimmed">
          {t('table.allTimes', { zone: format.zone })}
        </Text>
      )}
    </Stack>
  );
}

/** A surface with a heading of its own. */
export function Section(
  properties: { title?: string; aside?: ReactNode; note?: ReactNode; children: ReactNode } & PaperProps,
): ReactNode {
  const { title, aside, note, children, ...paper } = properties;
  return (
    <Paper component="section" p="md" bg="var(--usher-surface)" bd="1px solid var(--usher-line)" {...paper}>
      {(title !== undefined || aside !== undefined) && (
        <Group justify="space-between" align="baseline" mb={note === undefined ? 'sm' : 2} gap="xs">
          {title !== undefined && <Title order={2}>{title}</Title>}
          {aside}
        </Group>
      )}
      {note !== undefined && (
        <Text size="sm" c="dimmed" mb="sm">
          {note}
        </Text>
      )}
      {children}
    </Paper>
  );
}
