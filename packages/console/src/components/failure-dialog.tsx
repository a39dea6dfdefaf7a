// A failure's cause: what happened, the installer's code in plain words, and the end of its log.
import { Box, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LastError } from '../api/types.ts';
import { codeMeaning, exitCodeMeaning } from './code-meaning.ts';
import { FactList } from './fact-list.tsx';
import { TimeText } from './time-text.tsx';

interface FailureDialogProps {
  readonly hostname: string;
  readonly failure: LastError;
  readonly onClose: () => void;
}

/** The facts of a failure and its log tail. */
export function FailureDetails({ failure }: { failure: LastError }): ReactNode {
  const { t } = useTranslation();
  const meaning = codeMeaning(failure.code, t);
  const exitMeaning = exitCodeMeaning(failure.exitCode, t);
  return (
    <Stack>
      <FactList
        facts={[
          [t('failures.when'), <TimeText key="at" at={failure.at} />],
          [
            t('failures.code'),
            failure.code === null ? null : `${failure.code}${meaning === null ? '' : ` – ${meaning}`}`,
          ],
          [
            t('failures.installerCode'),
            failure.exitCode === null ? null : `${failure.exitCode}${exitMeaning === null ? '' : ` – ${exitMeaning}`}`,
          ],
          [t('failures.detail'), failure.detail],
        ]}
      />
      <div>
        <Text size="sm" fw={600} mb={4}>
          {t('failures.logTail')}
        </Text>
        {failure.logTail === null || failure.logTail === '' ? (
          <Text size="sm" c="dimmed">
            {t('failures.noLog')}
          </Text>
        ) : (
          <Box
            component="pre"
            m={0}
            p="sm"
            mah={320}
            fz={12}
            ff="monospace"
            bg="var(--usher-neutral-soft)"
            style={{ overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', borderRadius: 4 }}
            tabIndex={0}
            role="region"
            aria-label={t('failures.logTail')}
          >
            {failure.logTail}
          </Box>
        )}
      </div>
    </Stack>
  );
}

/** The same in a dialog. */
export function FailureDialog({ hostname, failure, onClose }: FailureDialogProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('failures.title', { hostname })}
      size="xl"
      closeButtonProps={{ 'aria-label': t('actions.close') }}
    >
      <FailureDetails failure={failure} />
    </Modal>
  );
}
