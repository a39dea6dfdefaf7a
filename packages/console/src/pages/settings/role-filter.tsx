// The choice of a role above a list.
import { roles, type Role } from '@usher/protocol/roles';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceFilter } from '../../components/table/filters.tsx';

interface RoleFilterProps {
  readonly value: Role | undefined;
  readonly onChange: (role: Role | undefined) => void;
}

/** One of the roles, or any. */
export function RoleFilter({ value, onChange }: RoleFilterProps): ReactNode {
  const { t } = useTranslation();
  return (
    <ChoiceFilter
      label={t('profile.role')}
      value={value}
      width={150}
      options={roles.map((role) => ({ value: role, label: t(`roles.${role}.name`) }))}
      onChange={onChange}
    />
  );
}
