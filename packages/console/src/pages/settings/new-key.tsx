// Making an installation key.
import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { CreatedInstallationKey, InstallationKeyRequest } from '../../api/types.ts';
import { now } from '../../clock.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';

const day = 86_400_000;

interface NewKeyProps {
  readonly onClose: () => void;
  readonly onCreated: (key: CreatedInstallationKey) => void;
}

/** A new installation key. */
export function NewKey({ onClose, onCreated }: NewKeyProps): ReactNode {
  const { t } = useTranslation();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState<number | string>(30);
  const [maxUses, setMaxUses] = useState<number | string>('');
  const [autoAuthorize, setAutoAuthorize] = useState(false);
  const create = useAction<InstallationKeyRequest, CreatedInstallationKey>({
    run: (body) => post<CreatedInstallationKey>('/installation-keys', body),
    refresh: ['keys', 'overview'],
    then: onCreated,
  });
  return (
    <ActionDialog
      title={t('keys.new')}
      confirm={t('actions.save')}
      ready={label.trim() !== '' && Number(days) > 0}
      isPending={create.isPending}
      error={create.error}
      onConfirm={() =>
        create.mutate({
          label: label.trim(),
          autoAuthorize,
          expiresAt: new Date(now() + Number(days) * day).toISOString(),
          ...(maxUses !== '' && { maxUses: Number(maxUses) }),
        })
      }
      onClose={onClose}
    >
      <TextInput
        label={t('keys.label')}
        description={t('keys.labelNote')}
        required
        data-autofocus
        maxLength={200}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <NumberInput label={t('keys.days')} required min={1} max={3650} w={200} value={days} onChange={setDays} />
      <NumberInput
        label={t('keys.maxUses')}
        description={t('keys.maxUsesNote')}
        min={1}
        max={10_000_000}
        w={200}
        value={maxUses}
        onChange={setMaxUses}
      />
      <Checkbox
        label={t('keys.autoAuthorize')}
        description={t('keys.autoAuthorizeNote')}
        checked={autoAuthorize}
        onChange={(event) => setAutoAuthorize(event.currentTarget.checked)}
      />
    </ActionDialog>
  );
}
