// Every address of the console: what it shows, and what its search may hold. Pages are fetched when they are opened.
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { ProblemError } from './api/problem-error.ts';
import { queries } from './api/queries.ts';
import { ErrorPage, NotFoundPage, PendingPage } from './layout/fallback-pages.tsx';
import { permitted } from './layout/permitted.tsx';
import { Shell } from './layout/shell.tsx';
import { readEventsSearch } from './pages/events/search.ts';
import { readInstallersSearch } from './pages/installers/search.ts';
import { readOverviewSearch } from './pages/overview/search.ts';
import { readAccountsSearch, readKeysSearch, readProductsSearch, readTokensSearch } from './pages/settings/search.ts';
import { readNewUpdateSearch, readUpdateSearch, readUpdatesSearch } from './pages/updates/search.ts';
import { readGroupsSearch, readWorkstationSearch, readWorkstationsSearch } from './pages/workstations/search.ts';
import { exactly, parseSearch, readFlag, readText, stringifySearch } from './state/search.ts';

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  notFoundComponent: NotFoundPage,
});

/** Only an address of this console may be where one goes after signing in. */
function readReturn(value: unknown): string | undefined {
  const path = readText(value, 2000);
  return path?.startsWith('/') === true && !path.startsWith('//') && !path.startsWith('/\\') ? path : undefined;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw): { to: string | undefined; ended?: true } => ({
    to: readReturn(raw.to),
    ...(readFlag(raw.ended) === true && { ended: true }),
  }),
  component: lazyRouteComponent(() => import('./pages/account/sign-in-page.tsx'), 'SignInPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (raw) => ({ token: readText(raw.token) }),
  component: lazyRouteComponent(() => import('./pages/account/setup-page.tsx'), 'SetupPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.query({ ...queries.session(), staleTime: 'static' });
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        // TanStack Router redirects by what is thrown.
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw redirect({ to: '/sign-in', search: { to: location.href === '/' ? undefined : location.href } });
      }
      throw error;
    }
  },
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: exactly(readOverviewSearch),
  // Not waited for: the page has a state of its own while it comes.
  loader: ({ context }) => void context.client.query(queries.overview()).catch(() => undefined),
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const installers = createRoute({
  getParentRoute: () => shell,
  path: '/installers',
  validateSearch: exactly(readInstallersSearch),
  component: lazyRouteComponent(() => import('./pages/installers/installers-page.tsx'), 'InstallersPage'),
});

const newInstaller = createRoute({
  getParentRoute: () => shell,
  path: '/installers/new',
  component: permitted(
    'installers.upload',
    lazyRouteComponent(() => import('./pages/installers/new-installer-page.tsx'), 'NewInstallerPage'),
  ),
});

const installer = createRoute({
  getParentRoute: () => shell,
  path: '/installers/$id',
  component: lazyRouteComponent(() => import('./pages/installers/installer-page.tsx'), 'InstallerPage'),
});

const updates = createRoute({
  getParentRoute: () => shell,
  path: '/updates',
  validateSearch: exactly(readUpdatesSearch),
  component: lazyRouteComponent(() => import('./pages/updates/updates-page.tsx'), 'UpdatesPage'),
});

const newUpdate = createRoute({
  getParentRoute: () => shell,
  path: '/updates/new',
  validateSearch: exactly(readNewUpdateSearch),
  component: permitted(
    'updates.manage',
    lazyRouteComponent(() => import('./pages/updates/new-update-page.tsx'), 'NewUpdatePage'),
  ),
});

const update = createRoute({
  getParentRoute: () => shell,
  path: '/updates/$id',
  validateSearch: exactly(readUpdateSearch),
  component: lazyRouteComponent(() => import('./pages/updates/update-page.tsx'), 'UpdatePage'),
});

const workstations = createRoute({
  getParentRoute: () => shell,
  path: '/workstations',
  validateSearch: exactly(readWorkstationsSearch),
  component: lazyRouteComponent(() => import('./pages/workstations/workstations-page.tsx'), 'WorkstationsPage'),
});

const groups = createRoute({
  getParentRoute: () => shell,
  path: '/workstations/groups',
  validateSearch: exactly(readGroupsSearch),
  component: lazyRouteComponent(() => import('./pages/workstations/groups-page.tsx'), 'GroupsPage'),
});

const workstation = createRoute({
  getParentRoute: () => shell,
  path: '/workstations/$id',
  validateSearch: exactly(readWorkstationSearch),
  component: lazyRouteComponent(() => import('./pages/workstations/workstation-page.tsx'), 'WorkstationPage'),
});

const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  validateSearch: exactly(readEventsSearch),
  component: lazyRouteComponent(() => import('./pages/events/events-page.tsx'), 'EventsPage'),
});

const profile = createRoute({
  getParentRoute: () => shell,
  path: '/profile',
  component: lazyRouteComponent(() => import('./pages/account/profile-page.tsx'), 'ProfilePage'),
});

const products = createRoute({
  getParentRoute: () => shell,
  path: '/settings/products',
  validateSearch: exactly(readProductsSearch),
  component: lazyRouteComponent(() => import('./pages/settings/products-page.tsx'), 'ProductsPage'),
});

const product = createRoute({
  getParentRoute: () => shell,
  path: '/settings/products/$id',
  component: lazyRouteComponent(() => import('./pages/settings/product-page.tsx'), 'ProductPage'),
});

const accounts = createRoute({
  getParentRoute: () => shell,
  path: '/settings/accounts',
  validateSearch: exactly(readAccountsSearch),
  component: permitted(
    'accounts.manage',
    lazyRouteComponent(() => import('./pages/settings/accounts-page.tsx'), 'AccountsPage'),
  ),
});

const tokens = createRoute({
  getParentRoute: () => shell,
  path: '/settings/tokens',
  validateSearch: exactly(readTokensSearch),
  component: permitted(
    'tokens.manage',
    lazyRouteComponent(() => import('./pages/settings/tokens-page.tsx'), 'TokensPage'),
  ),
});

const keys = createRoute({
  getParentRoute: () => shell,
  path: '/settings/keys',
  validateSearch: exactly(readKeysSearch),
  component: permitted(
    'keys.manage',
    lazyRouteComponent(() => import('./pages/settings/keys-page.tsx'), 'KeysPage'),
  ),
});

const notifications = createRoute({
  getParentRoute: () => shell,
  path: '/settings/notifications',
  component: lazyRouteComponent(() => import('./pages/settings/notifications-page.tsx'), 'NotificationsPage'),
});

const security = createRoute({
  getParentRoute: () => shell,
  path: '/settings/security',
  component: lazyRouteComponent(() => import('./pages/settings/security-page.tsx'), 'SecurityPage'),
});

const about = createRoute({
  getParentRoute: () => shell,
  path: '/settings/about',
  component: lazyRouteComponent(() => import('./pages/settings/about-page.tsx'), 'AboutPage'),
});

const routeTree = root.addChildren([
  signIn,
  setup,
  shell.addChildren([
    overview,
    installers,
    newInstaller,
    installer,
    updates,
    newUpdate,
    update,
    workstations,
    groups,
    workstation,
    events,
    profile,
    products,
    product,
    accounts,
    tokens,
    keys,
    notifications,
    security,
    about,
  ]),
]);

/** The console's router. */
export const router = createRouter({
  routeTree,
  // The application hands the real one in before the first page is shown.
  context: { client: undefined as unknown as QueryClient },
  parseSearch,
  stringifySearch,
  defaultErrorComponent: ErrorPage,
  defaultPendingComponent: PendingPage,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
