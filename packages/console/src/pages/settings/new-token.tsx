// Making an API token.
import { Select, TextInput } from '@mantine/core';
import type { Role } from '@usher/protocol/roles';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { ApiTokenRequest, CreatedApiToken } from '../../api/types.ts';
import { now } from '../../clock.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { RoleSelect } from './account-dialogs.tsx';

const day = 86_400_000;
const lifetimes = ['30', '90', '365', 'never'] as const;

interface NewTokenProps {
  readonly onClose: () => void;
  readonly onCreated: (token: CreatedApiToken) => void;
}

/** A new API token. */
export function NewToken({ onClose, onCreated }: NewTokenProps): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [lifetime, setLifetime] = useState<(typeof lifetimes)[number]>('90');
  const create = useAction<ApiTokenRequest, CreatedApiToken>({
    run: (body) => post<CreatedApiToken>('/tokens', body),
    refresh: ['tokens'],
    then: onCreated,
  });
  const expiresAt = lifetime === 'never' ? null : new Date(now() + Number(lifetime) * day).toISOString();
  return (
    <ActionDialog
      title={t('tokens.new')}
      confirm={t('actions.save')}
      ready={name.trim() !== ''}
      isPending={create.isPending}
      error={create.error}
      onConfirm={() => create.mutate({ name: name.trim(), role, expiresAt })}
      onClose={onClose}
    >
      <TextInput
        label={t('fields.name')}
        required
        data-autofocus
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
      <Select
        label={t('tokens.expires')}
        allowDeselect={false}
        value={lifetime}
        data={lifetimes.map((value) => ({
          value,
          label: value === 'never' ? t('tokens.never') : t('tokens.days', { count: Number(value) }),
        }))}
        onChange={(next) => setLifetime(lifetimes.find((value) => value === next) ?? '90')}
      />
    </ActionDialog>
  );
}
