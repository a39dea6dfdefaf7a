// An installer's release notes and properties, and their editing.
import { Button, Code, Group, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import type { Installer, InstallerDetail } from '../../api/types.ts';
import { Markdown } from '../../components/markdown.tsx';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';
import { readProperties, writeProperties } from './properties.ts';
import { ReleaseNotesField } from './release-notes-field.tsx';

interface Changes {
  releaseNotes: string | null;
  properties?: Record<string, string>;
}

/** Release notes and properties; who may upload may also change them. */
export function InstallerTexts({ installer }: { installer: InstallerDetail }): ReactNode {
  const { t } = useTranslation();
  const mayChange = usePermission('installers.upload');
  const [isEditing, setEditing] = useState(false);
  if (isEditing) return <Editor installer={installer} onDone={() => setEditing(false)} />;
  const properties = writeProperties(installer.properties);
  return (
    <Section
      title={t('installers.releaseNotesTitle')}
      aside={
        mayChange && (
          <Button size="compact-sm" variant="subtle" onClick={() => setEditing(true)}>
            {t('actions.edit')}
          </Button>
        )
      }
    >
      {installer.releaseNotes === null || installer.releaseNotes.trim() === '' ? (
        <Text size="sm" c="dimmed">
          {t('installers.noReleaseNotes')}
        </Text>
      ) : (
        <Markdown text={installer.releaseNotes} />
      )}
      {properties !== '' && (
        <>
          <Text size="sm" fw={600} mt="md" mb={4}>
            {t('installers.properties')}
          </Text>
          <Code block>{properties}</Code>
        </>
      )}
    </Section>
  );
}

function Editor({ installer, onDone }: { installer: InstallerDetail; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const [notes, setNotes] = useState(installer.releaseNotes ?? '');
  const [text, setText] = useState(writeProperties(installer.properties));
  const { properties, wrong } = readProperties(text);
  const arePropertiesOpen = installer.decisions.length === 0;
  const save = useAction<Changes, Installer>({
    run: (changes) => patch<Installer>(`/installers/${installer.id}`, changes),
    refresh: ['installers'],
    done: () => t('installers.saved'),
    then: onDone,
  });
  return (
    <Section title={t('installers.releaseNotesTitle')}>
      <Stack>
        <ReleaseNotesField value={notes} onChange={setNotes} />
        {arePropertiesOpen && (
          <Textarea
            label={t('installers.properties')}
            description={t('installers.propertiesNote')}
            autosize
            minRows={2}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={wrong.length > 0 ? t('installers.propertiesWrong', { line: wrong[0] }) : undefined}
          />
        )}
        {save.isError && <ProblemAlert error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {t('actions.cancel')}
          </Button>
          <Button
            loading={save.isPending}
            disabled={wrong.length > 0}
            onClick={() =>
              save.mutate({
                releaseNotes: notes.trim() === '' ? null : notes,
                ...(arePropertiesOpen && { properties }),
              })
            }
          >
            {t('actions.save')}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
