// Making an account, and changing one.
import { Select, TextInput } from '@mantine/core';
import { roles, type Role } from '@usher/protocol/roles';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch, post } from '../../api/client.ts';
import type { Account, AccountPatch, AccountRequest } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { NewPassword, shortestPassword } from '../../components/new-password.tsx';
import { useAction } from '../../components/use-action.ts';
import { useAccount } from '../../state/session.ts';

/** The choice of a role, each with what it allows. */
export function RoleSelect({ value, onChange }: { value: Role; onChange: (role: Role) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Select
      label={t('profile.role')}
      description={t(`roles.${value}.note`)}
      allowDeselect={false}
      value={value}
      data={roles.map((role) => ({ value: role, label: t(`roles.${role}.name`) }))}
      onChange={(next) => onChange(roles.find((role) => role === next) ?? value)}
    />
  );
}

/** A new account. */
export function NewAccount({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [password, setPassword] = useState('');
  const create = useAction<AccountRequest, Account>({
    run: (body) => post<Account>('/accounts', body),
    refresh: ['accounts'],
    done: (account) => t('accounts.created', { email: account.email }),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('accounts.new')}
      confirm={t('actions.save')}
      ready={email.includes('@') && password.length >= shortestPassword}
      isPending={create.isPending}
      error={create.error}
      onConfirm={() => create.mutate({ email, role, password, ...(name.trim() !== '' && { name: name.trim() }) })}
      onClose={onClose}
    >
      <TextInput
        label={t('signIn.email')}
        type="email"
        required
        data-autofocus
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <TextInput
        label={t('profile.name')}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
      <NewPassword label={t('signIn.password')} value={password} onChange={setPassword} />
    </ActionDialog>
  );
}

/** What an owner may change of an account. */
export function EditAccount({ account, onClose }: { account: Account; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const own = useAccount();
  const [name, setName] = useState(account.name);
  const [role, setRole] = useState<Role>(account.role);
  const [status, setStatus] = useState(account.status);
  const [password, setPassword] = useState('');
  const save = useAction<AccountPatch, Account>({
    run: (body) => patch<Account>(`/accounts/${account.id}`, body),
    refresh: ['accounts', 'session'],
    done: () => t('accounts.saved'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={account.email}
      confirm={t('actions.save')}
      ready={name.trim() !== '' && (password === '' || password.length >= shortestPassword)}
      isPending={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate({ name: name.trim(), role, status, ...(password !== '' && { password }) })}
      onClose={onClose}
    >
      <TextInput
        label={t('profile.name')}
        required
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
      {account.id !== own.id && (
        <Select
          label={t('fields.status')}
          allowDeselect={false}
          value={status}
          data={(['active', 'disabled'] as const).map((value) => ({
            value,
            label: t(`accounts.statuses.${value}`),
          }))}
          onChange={(next) => setStatus(next === 'disabled' ? 'disabled' : 'active')}
        />
      )}
      <TextInput
        label={t('accounts.resetPassword')}
        description={t('accounts.resetPasswordNote', { count: shortestPassword })}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </ActionDialog>
  );
}
