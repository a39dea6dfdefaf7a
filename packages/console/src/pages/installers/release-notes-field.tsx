// Release notes in Markdown, written on one side and seen as workstations show them on the other.
import { Box, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Markdown } from '../../components/markdown.tsx';

/** The longest release notes, in characters. */
const longest = 100_000;

interface ReleaseNotesFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The field with its preview. */
export function ReleaseNotesField({ value, onChange }: ReleaseNotesFieldProps): ReactNode {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
      <Textarea
        label={t('installers.releaseNotes')}
        description={t('installers.releaseNotesNote')}
        autosize
        minRows={7}
        maxRows={20}
        maxLength={longest}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Stack gap={0}>
        <Text size="sm" fw={600} lh="20px">
          {t('installers.preview')}
        </Text>
        <Text size="xs" c="dimmed" lh="14px" mt={2} mb={7}>
          {t('installers.previewNote')}
        </Text>
        <Box p="sm" mih={120} flex={1} bd="1px dashed var(--usher-line)" style={{ borderRadius: 4 }}>
          {value.trim() === '' ? (
            <Text size="sm" c="dimmed">
              {t('installers.previewEmpty')}
            </Text>
          ) : (
            <Markdown text={value} />
          )}
        </Box>
      </Stack>
    </SimpleGrid>
  );
}
