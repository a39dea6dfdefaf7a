// The frame around every page behind the sign-in: navigation at the left, the page beside it.
import { AppShell, Burger, Group, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useIsMutating, useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { LiveContext, useLiveEvents } from '../api/live.ts';
import { ProblemError } from '../api/problem-error.ts';
import { queries } from '../api/queries.ts';
import type { Account } from '../api/types.ts';
import { changeLanguage } from '../i18n/i18n.ts';
import { AccountContext } from '../state/session.ts';
import { store } from '../state/stored.ts';
import { Brand } from './brand.tsx';
import { PendingPage } from './fallback-pages.tsx';
import { LiveSign, Navigation, signOutKey } from './navigation.tsx';
import classes from './shell.module.css';

/** The account's own language and theme hold on every machine on which it signs in. */
function useOwnChoices(account: Account | undefined): void {
  const { setColorScheme } = useMantineColorScheme();
  const theme = account?.theme;
  const language = account?.language ?? null;
  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  useEffect(() => {
    if (language === null) return;
    store('language', language);
    void changeLanguage(language);
  }, [language]);
}

/** The frame; a session that ended leads to the sign-in and back. */
export function Shell(): ReactNode {
  const session = useQuery(queries.session());
  const navigate = useNavigate();
  const router = useRouter();
  const isSignedOut = session.error instanceof ProblemError && session.error.status === 401;
  // Whoever signs out is on the way to the sign-in already.
  const isLeaving = useIsMutating({ mutationKey: signOutKey }) > 0;
  const hasEnded = isSignedOut && !isLeaving;
  useOwnChoices(session.data);
  useEffect(() => {
    if (hasEnded) void navigate({ to: '/sign-in', search: { to: router.state.location.href, ended: true } });
  }, [hasEnded, navigate, router]);
  if (session.data === undefined || isSignedOut) return <PendingPage />;
  return (
    <AccountContext value={session.data}>
      <Frame />
    </AccountContext>
  );
}

function Frame(): ReactNode {
  const { t } = useTranslation();
  const live = useLiveEvents();
  const [isOpen, menu] = useDisclosure(false);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => menu.close(), [pathname, menu.close]);
  return (
    <LiveContext value={live}>
      <AppShell
        header={{ height: { base: 48, md: 0 } }}
        navbar={{ width: 232, breakpoint: 'md', collapsed: { mobile: !isOpen } }}
        padding={{ base: 'sm', sm: 'lg' }}
      >
        <a href="#main" className={classes.skip}>
          {t('app.skip')}
        </a>
        <AppShell.Header hiddenFrom="md" className={classes.header}>
          <Group h="100%" px="sm" gap="sm">
            <Burger size="sm" opened={isOpen} onClick={menu.toggle} aria-label={t('app.menu')} aria-expanded={isOpen} />
            <Brand />
            {/* The menu, which says it otherwise, is closed here. */}
            {live === 'reconnecting' && <LiveSign />}
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} aria-label={t('app.navigation')}>
          <Navigation />
        </AppShell.Navbar>
        <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
          <Outlet />
        </AppShell.Main>
      </AppShell>
    </LiveContext>
  );
}
