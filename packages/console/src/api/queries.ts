// Every question the pages ask, with its key: the first member names what a live event makes stale.
import { keepPreviousData } from '@tanstack/react-query';
import { get, type Query } from './client.ts';
import type {
  About,
  Account,
  AccountList,
  ApiTokenList,
  AssignmentList,
  BurnUp,
  ComplianceSeries,
  EventVerification,
  FailureSeries,
  GroupList,
  Impact,
  InstallationKeyList,
  InstallerDetail,
  InstallerList,
  Overview,
  Preview,
  Product,
  ProductList,
  ProhibitionList,
  TrustOverview,
  Update,
  UpdateList,
  VersionSeries,
  WorkstationDetail,
  WorkstationList,
} from './types.ts';

/** Subjects of queries, which live events make stale as a whole. */
export type Subject =
  | 'session'
  | 'overview'
  | 'trust'
  | 'installers'
  | 'updates'
  | 'workstations'
  | 'events'
  | 'products'
  | 'groups'
  | 'keys'
  | 'accounts'
  | 'tokens'
  | 'about';

/** A question as TanStack Query takes it. */
interface Question<Answer> {
  readonly queryKey: readonly [Subject, string, Query | null];
  readonly queryFn: (context: { signal: AbortSignal }) => Promise<Answer>;
}

function question<Answer>(subject: Subject, path: string, query?: Query): Question<Answer> {
  return {
    queryKey: [subject, path, query ?? null],
    queryFn: ({ signal }) => get<Answer>(path, query, signal),
  };
}

/** A list keeps showing the previous page until the next one is there. */
function listQuestion<Answer>(
  subject: Subject,
  path: string,
  query?: Query,
): Question<Answer> & { readonly placeholderData: typeof keepPreviousData } {
  return { ...question<Answer>(subject, path, query), placeholderData: keepPreviousData };
}

/** Enough rows for a choice in a form; longer lists are searched. */
const choices = { pageSize: 200 };

export const queries = {
  session: () => question<Account>('session', '/session'),
  overview: () => question<Overview>('overview', '/overview'),
  versionSeries: (query: Query) => listQuestion<VersionSeries>('overview', '/overview/versions', query),
  failureSeries: (query: Query) => listQuestion<FailureSeries>('overview', '/overview/failures', query),
  complianceSeries: (query: Query) => listQuestion<ComplianceSeries>('overview', '/overview/compliance', query),
  installers: (query: Query) => listQuestion<InstallerList>('installers', '/installers', query),
  installer: (id: string) => question<InstallerDetail>('installers', `/installers/${id}`),
  installerImpact: (id: string) => question<Impact>('installers', `/installers/${id}/impact`),
  approvedVersions: (product: string | undefined) =>
    question<InstallerList>('installers', '/installers', { ...choices, decision: 'approved', product }),
  productList: (query: Query) => listQuestion<ProductList>('products', '/products', query),
  products: () => question<ProductList>('products', '/products', choices),
  product: (id: string) => question<Product>('products', `/products/${id}`),
  prohibitions: (id: string, all: boolean) =>
    question<ProhibitionList>('products', `/products/${id}/prohibitions`, { all, ...choices }),
  updates: (query: Query) => listQuestion<UpdateList>('updates', '/updates', query),
  update: (id: string) => question<Update>('updates', `/updates/${id}`),
  assignments: (id: string, query: Query) =>
    listQuestion<AssignmentList>('updates', `/updates/${id}/workstations`, query),
  preview: (id: string) => question<Preview>('updates', `/updates/${id}/preview`),
  burnUp: (id: string) => question<BurnUp>('updates', `/updates/${id}/burn-up`),
  workstations: (query: Query) => listQuestion<WorkstationList>('workstations', '/workstations', query),
  workstation: (id: string) => question<WorkstationDetail>('workstations', `/workstations/${id}`),
  groupList: (query: Query) => listQuestion<GroupList>('groups', '/groups', query),
  groups: () => question<GroupList>('groups', '/groups', choices),
  installationKeys: (query: Query) => listQuestion<InstallationKeyList>('keys', '/installation-keys', query),
  accounts: (query: Query) => listQuestion<AccountList>('accounts', '/accounts', query),
  tokens: (query: Query) => listQuestion<ApiTokenList>('tokens', '/tokens', query),
  verification: () => ({
    ...question<EventVerification>('events', '/events/verify'),
    enabled: false,
    staleTime: Infinity,
  }),
  trust: () => question<TrustOverview>('trust', '/trust'),
  about: () => question<About>('about', '/about'),
};
