// The passes of a workstation, newest first; one in force can be withdrawn.
import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remove } from '../../api/client.ts';
import type { Pass, WorkstationDetail } from '../../api/types.ts';
import { now } from '../../clock.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { ActorText } from '../../components/actor-text.tsx';
import { Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';

/** The list; nothing where there never was a pass. */
export function PassList({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  const mayGive = usePermission('passes.give');
  const [withdrawing, setWithdrawing] = useState<Pass | null>(null);
  const withdraw = useAction({
    run: () => remove(`/workstations/${workstation.id}/passes/${withdrawing?.id ?? ''}`),
    refresh: ['workstations', 'overview'],
    done: () => t('workstations.passWithdrawn'),
    then: () => setWithdrawing(null),
  });
  if (workstation.passes.length === 0) return null;
  return (
    <Section title={t('workstations.passes')}>
      <Stack gap="sm">
        {workstation.passes.map((pass) => {
          const isInForce = pass.withdrawnAt === null && Date.parse(pass.until) > now();
          return (
            <Group key={pass.id} justify="space-between" align="flex-start" wrap="nowrap">
              <div>
                <Text size="sm">{pass.reason}</Text>
                <Text size="xs" c="dimmed">
                  <ActorText actor={pass.givenBy} /> · {t('workstations.passUntil')} <TimeText at={pass.until} />
                  {pass.withdrawnAt !== null && ` · ${t('workstations.withdrawn')}`}
                  {pass.withdrawnAt === null && !isInForce && ` · ${t('workstations.expired')}`}
                  {pass.usedAt !== null && ` · ${t('workstations.used')}`}
                </Text>
              </div>
              {mayGive && isInForce && (
                <Button size="compact-xs" variant="subtle" color="red" onClick={() => setWithdrawing(pass)}>
                  {t('workstations.withdraw')}
                </Button>
              )}
            </Group>
          );
        })}
      </Stack>
      {withdrawing !== null && (
        <ActionDialog
          title={t('workstations.withdrawTitle')}
          confirm={t('workstations.withdraw')}
          danger
          isPending={withdraw.isPending}
          error={withdraw.error}
          onConfirm={() => withdraw.mutate()}
          onClose={() => setWithdrawing(null)}
        >
          <Text size="sm">{t('workstations.withdrawNote')}</Text>
        </ActionDialog>
      )}
    </Section>
  );
}
