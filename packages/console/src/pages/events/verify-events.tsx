// The check of the chain of events: a button and what it found.
import { Alert, Button, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import ShieldCheck from 'lucide-react/icons/shield-check';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useFormat } from '../../format/use-format.ts';

/** The button with its result. */
export function VerifyEvents(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const query = useQuery(queries.verification());
  const check = () => {
    void query.refetch().then(() => setOpen(true));
  };
  const result = query.data;
  return (
    <>
      <Button variant="default" leftSection={<ShieldCheck size={16} />} loading={query.isFetching} onClick={check}>
        {t('events.verify')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={t('events.verify')}
        closeButtonProps={{ 'aria-label': t('actions.close') }}
      >
        {query.isError && <ProblemAlert error={query.error} />}
        {result?.intact === true && (
          <Alert color="green" variant="light" icon={<ShieldCheck size={18} />}>
            {t('events.intact', { count: result.checked })}
          </Alert>
        )}
        {result?.intact === false && (
          <Alert color="red" variant="light" role="alert" title={t('events.broken')}>
            <Text size="sm">
              {t('events.brokenAt', { number: result.brokenAt === undefined ? '–' : format.number(result.brokenAt) })}
            </Text>
            {result.reason !== undefined && <Text size="sm">{result.reason}</Text>}
          </Alert>
        )}
      </Modal>
    </>
  );
}
