// Review: what starting the update would do, in numbers, then an unmissable start.
import { Alert, Box, Button, Group, List, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Play from 'lucide-react/icons/play';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Preview, Update } from '../../api/types.ts';
import { FactList } from '../../components/fact-list.tsx';
import { TextLink } from '../../components/link.tsx';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { usePermission } from '../../state/session.ts';
import { CutoffText } from './cutoff-text.tsx';
import { StartDialog } from './start-dialog.tsx';

const rows = [
  'eligible',
  'alreadyThere',
  'downgrades',
  'notApplicable',
  'pending',
  'disabled',
  'silentFor30Days',
] as const satisfies readonly (keyof Preview)[];

interface ReviewTabProps {
  readonly update: Update;
  readonly onWorkstations: () => void;
  readonly onStarted: () => void;
}

/** The review of a draft. */
export function ReviewTab({ update, onWorkstations, onStarted }: ReviewTabProps): ReactNode {
  const { t } = useTranslation();
  const preview = useQuery({ ...queries.preview(update.id), staleTime: 0 });
  const mayManage = usePermission('updates.manage');
  const [isStarting, setStarting] = useState(false);
  if (update.total === 0) {
    return (
      <Section maw={860}>
        <Stack align="flex-start">
          <Text size="sm">{t('updates.reviewEmpty')}</Text>
          <Button onClick={onWorkstations}>{t('updates.addWorkstations')}</Button>
        </Stack>
      </Section>
    );
  }
  return (
    <Section title={t('updates.reviewTitle')} note={t('updates.reviewNote', { count: update.total })} maw={860}>
      <Terms update={update} />
      {preview.isError ? (
        <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data === undefined ? (
        <Skeleton height={240} />
      ) : (
        <Numbers preview={preview.data} />
      )}
      {mayManage && (
        <Group justify="flex-end" mt="lg">
          <Button
            size="lg"
            leftSection={<Play size={20} />}
            disabled={preview.data === undefined}
            onClick={() => setStarting(true)}
          >
            {update.startsAt === null ? t('updates.startNow') : t('updates.startScheduled')}
          </Button>
        </Group>
      )}
      {isStarting && preview.data !== undefined && (
        <StartDialog
          update={update}
          preview={preview.data}
          onClose={() => setStarting(false)}
          onStarted={() => {
            setStarting(false);
            onStarted();
          }}
        />
      )}
    </Section>
  );
}

/** What it asks for, and when: the last look at them before workstations are told. */
function Terms({ update }: { update: Update }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Box mb="md">
      <FactList
        facts={[
          [t('fields.target'), `${update.product.name} ${update.target.version}`],
          [t('fields.requirement'), t(`requirement.${update.requirement}`)],
          [
            t('updates.start'),
            update.startsAt === null ? (
              t('updates.startAtOnce')
            ) : (
              <>
                <TimeText at={update.startsAt} />, {format.zone}
              </>
            ),
          ],
          [t('fields.cutoff'), <CutoffText key="cutoff" update={update} />],
        ]}
      />
    </Box>
  );
}

function Numbers({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Stack>
      <Table fz="sm" data-testid="preview">
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row} data-row={row} {...(preview[row] === 0 && { c: 'dimmed' })}>
              <Table.Td w={90} ta="right" fw={620} fz="md" data-numeric>
                {format.number(preview[row])}
              </Table.Td>
              <Table.Td>
                <Text size="sm" fw={550} inherit>
                  {t(`updates.preview.${row}.label`)}
                </Text>
                <Text size="xs" c="dimmed">
                  {t(`updates.preview.${row}.note`)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {preview.alsoIn.length > 0 && (
        <Alert color="yellow" variant="light" title={t('updates.alsoIn')}>
          <List size="sm">
            {preview.alsoIn.map((other) => (
              <List.Item key={other.id}>
                <TextLink to="/updates/$id" params={{ id: other.id }}>
                  {other.name}
                </TextLink>
                {': '}
                {t('updates.workstationCount', { count: other.workstations })}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
