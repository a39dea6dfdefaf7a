// Where one can go, how the live connection stands, and who is signed in.
import { AppShell, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import Activity from 'lucide-react/icons/activity';
import Bell from 'lucide-react/icons/bell';
import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down';
import Info from 'lucide-react/icons/info';
import KeyRound from 'lucide-react/icons/key-round';
import LayoutDashboard from 'lucide-react/icons/layout-dashboard';
import LogOut from 'lucide-react/icons/log-out';
import Monitor from 'lucide-react/icons/monitor';
import Package from 'lucide-react/icons/package';
import RefreshCw from 'lucide-react/icons/refresh-cw';
import ShieldCheck from 'lucide-react/icons/shield-check';
import Tags from 'lucide-react/icons/tags';
import Terminal from 'lucide-react/icons/terminal';
import UserCog from 'lucide-react/icons/user-cog';
import Users from 'lucide-react/icons/users';
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { remove } from '../api/client.ts';
import { useLiveState } from '../api/live.ts';
import { useAccount, usePermission } from '../state/session.ts';
import { Brand } from './brand.tsx';
import classes from './shell.module.css';

type Target =
  | '/'
  | '/installers'
  | '/updates'
  | '/workstations'
  | '/events'
  | '/settings/products'
  | '/settings/accounts'
  | '/settings/tokens'
  | '/settings/keys'
  | '/settings/notifications'
  | '/settings/security'
  | '/settings/about';

interface EntryProps {
  readonly to: Target;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number | string }>;
}

function Entry({ to, label, icon: Symbol }: EntryProps): ReactNode {
  return (
    <Link to={to} className={classes.link} activeOptions={{ exact: to === '/', includeSearch: false }}>
      <Symbol size={17} />
      {label}
    </Link>
  );
}

/** The navigation. What one's role cannot see is not in it. */
export function Navigation(): ReactNode {
  const { t } = useTranslation();
  const mayManageAccounts = usePermission('accounts.manage');
  const mayManageTokens = usePermission('tokens.manage');
  const mayManageKeys = usePermission('keys.manage');
  return (
    <>
      <AppShell.Section p="md" pb="xs" visibleFrom="md">
        <Brand />
      </AppShell.Section>
      <AppShell.Section grow px={8} pt={4} style={{ overflowY: 'auto' }}>
        <Entry to="/" label={t('nav.overview')} icon={LayoutDashboard} />
        <Entry to="/installers" label={t('nav.installers')} icon={Package} />
        <Entry to="/updates" label={t('nav.updates')} icon={RefreshCw} />
        <Entry to="/workstations" label={t('nav.workstations')} icon={Monitor} />
        <Entry to="/events" label={t('nav.events')} icon={Activity} />
        <h2 className={classes.heading}>{t('nav.settings')}</h2>
        <Entry to="/settings/products" label={t('nav.products')} icon={Tags} />
        {mayManageAccounts && <Entry to="/settings/accounts" label={t('nav.accounts')} icon={Users} />}
        {mayManageTokens && <Entry to="/settings/tokens" label={t('nav.tokens')} icon={Terminal} />}
        {mayManageKeys && <Entry to="/settings/keys" label={t('nav.keys')} icon={KeyRound} />}
        <Entry to="/settings/notifications" label={t('nav.notifications')} icon={Bell} />
        <Entry to="/settings/security" label={t('nav.security')} icon={ShieldCheck} />
        <Entry to="/settings/about" label={t('nav.about')} icon={Info} />
      </AppShell.Section>
      <AppShell.Section p={8} style={{ borderTop: '1px solid var(--usher-line)' }}>
        <LiveSign />
        <AccountMenu />
      </AppShell.Section>
    </>
  );
}

/** Whether the page follows the server, in a word. */
export function LiveSign(): ReactNode {
  const { t } = useTranslation();
  const state = useLiveState();
  return (
    <div className={classes.live} data-state={state} role="status">
      <i aria-hidden />
      {t(`live.${state}`)}
    </div>
  );
}

/** By what a sign-out that is under way is known. */
export const signOutKey = ['sign-out'] as const;

function AccountMenu(): ReactNode {
  const { t } = useTranslation();
  const account = useAccount();
  const navigate = useNavigate();
  const client = useQueryClient();
  const signOut = useMutation({
    mutationKey: signOutKey,
    mutationFn: () => remove('/session'),
    onSettled: async () => {
      await navigate({ to: '/sign-in', search: { to: undefined } });
      client.clear();
    },
  });
  return (
    <Menu position="top-start" width={216} shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.link} w="100%">
          <UserCog size={17} />
          <span style={{ minWidth: 0, flex: 1 }}>
            <Text size="sm" fw={550} truncate>
              {account.name === '' ? account.email : account.name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {t(`roles.${account.role}.name`)}
            </Text>
          </span>
          <ChevronsUpDown size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Group style={{ overflowWrap: 'anywhere' }}>{account.email}</Group>
        </Menu.Label>
        <Menu.Item leftSection={<UserCog size={15} />} onClick={() => void navigate({ to: '/profile' })}>
          {t('nav.profile')}
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={15} />} onClick={() => signOut.mutate()}>
          {t('nav.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
