// Disapproving an installer: how many will be refused, why, and the version typed so that it is the right one.
import { Checkbox, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Installer } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';
import { ImpactText } from './impact-text.tsx';

/** The dialog; where workstations would be left without a way out it offers to make the update for them. */
export function DisapproveDialog({ installer, onClose }: { installer: Installer; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const impact = useQuery({ ...queries.installerImpact(installer.id), staleTime: 0 });
  const mayUpdate = usePermission('updates.manage');
  const [wantsUpdate, setWantsUpdate] = useState(true);
  // What was on screen when the dialog opened: it may change behind it.
  const [seen] = useState(installer.decision);
  const isStranding = (impact.data?.stranded ?? 0) > 0;
  const disapprove = useAction<string | undefined, Installer>({
    run: (reason) => post<Installer>(`/installers/${installer.id}/disapprove`, { reason, seen }),
    refresh: ['installers', 'overview', 'products', 'workstations'],
    done: () => t('installers.disapproved', { version: installer.version }),
    then: () => {
      onClose();
      if (mayUpdate && isStranding && wantsUpdate) {
        void navigate({ to: '/updates/new', search: { product: installer.product.id } });
      }
    },
  });
  return (
    <ActionDialog
      title={t('installers.disapproveTitle', { product: installer.product.name, version: installer.version })}
      confirm={t('installers.disapprove')}
      danger
      reason="required"
      typed={{ label: t('installers.typeVersion', { version: installer.version }), expected: installer.version }}
      ready={impact.isSuccess}
      isPending={disapprove.isPending}
      error={disapprove.error}
      size="lg"
      onConfirm={(reason) => disapprove.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t('installers.disapproveNote')}</Text>
      <ImpactText
        impact={impact.data}
        error={impact.error}
        list={{ product: installer.product.id, version: installer.version }}
      />
      {mayUpdate && isStranding && (
        <Checkbox
          label={t('impact.createUpdate')}
          checked={wantsUpdate}
          onChange={(event) => setWantsUpdate(event.currentTarget.checked)}
        />
      )}
    </ActionDialog>
  );
}
