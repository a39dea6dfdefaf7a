// Giving a pass: for how long, why, and the code for a machine that is offline.
import { Alert, Modal, NumberInput, Select, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { PassAnswer, WorkstationDetail } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { CodeText } from '../../components/fact-list.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';

/** The longest pass, in hours; the server refuses a longer one. */
const longestHours = 72;

/** The dialog; after it the code, this once. */
export function PassDialog({
  workstation,
  onClose,
}: {
  workstation: WorkstationDetail;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const [hours, setHours] = useState<number | string>(8);
  const [product, setProduct] = useState(workstation.products[0]?.product.id ?? null);
  const [given, setGiven] = useState<PassAnswer | null>(null);
  const give = useAction<string | undefined, PassAnswer>({
    run: (reason) =>
      post<PassAnswer>(`/workstations/${workstation.id}/passes`, {
        hours: Number(hours),
        reason,
        ...(product !== null && { product }),
      }),
    refresh: ['workstations', 'overview'],
    then: setGiven,
  });
  if (given !== null) {
    return (
      <Modal
        opened
        onClose={onClose}
        title={t('workstations.passGiven')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('actions.close') }}
      >
        <Stack>
          <Text size="sm">
            {t('workstations.passUntil')} <TimeText at={given.until} />
          </Text>
          <Alert color="blue" variant="light" title={t('workstations.passOffline')}>
            <Text size="sm" mb="xs">
              {t('workstations.passOfflineNote')}
            </Text>
            <CodeText value={`usher-client unlock ${given.code}`} />
          </Alert>
        </Stack>
      </Modal>
    );
  }
  const isWhole = Number(hours) > 0 && Number(hours) <= longestHours;
  return (
    <ActionDialog
      title={t('workstations.passTitle', { hostname: workstation.hostname })}
      confirm={t('workstations.givePass')}
      reason="required"
      ready={isWhole}
      isPending={give.isPending}
      error={give.error}
      onConfirm={(reason) => give.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t('workstations.passNote')}</Text>
      {workstation.products.length > 1 && (
        <Select
          label={t('fields.product')}
          allowDeselect={false}
          data={workstation.products.map((state) => ({ value: state.product.id, label: state.product.name }))}
          value={product}
          onChange={setProduct}
        />
      )}
      <NumberInput
        label={t('workstations.passHours')}
        description={t('workstations.passHoursNote', { count: longestHours })}
        required
        min={1}
        max={longestHours}
        w={200}
        value={hours}
        onChange={setHours}
      />
    </ActionDialog>
  );
}
