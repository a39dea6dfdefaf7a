// What stands where a list is empty: why it is, and the next step.
import { Stack, Text, ThemeIcon } from '@mantine/core';
import type { ComponentType, ReactNode } from 'react';

interface EmptyStateProps {
  readonly icon: ComponentType<{ size?: number | string }>;
  readonly title: string;
  readonly text?: string | undefined;
  readonly children?: ReactNode;
}

/** An empty list with its next step. */
export function EmptyState({ icon: Symbol, title, text, children }: EmptyStateProps): ReactNode {
  return (
    <Stack align="center" gap={6} py={48} px="md" ta="center">
      <ThemeIcon size={44} radius="xl" variant="light" color="gray" mb={4} aria-hidden>
        <Symbol size={22} />
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      {text !== undefined && (
        <Text size="sm" c="dimmed" maw={460}>
          {text}
        </Text>
      )}
      {children !== undefined && children !== null && <div style={{ marginTop: 8 }}>{children}</div>}
    </Stack>
  );
}
