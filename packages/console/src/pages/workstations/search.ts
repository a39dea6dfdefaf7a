// What the pages on workstations keep in the address.
import type { WorkstationFilter, WorkstationStatus } from '../../api/types.ts';
import {
  type ListSearch,
  type RawSearch,
  readFlag,
  readList,
  readOneOf,
  readText,
  readWhole,
} from '../../state/search.ts';
import { type Answer, answers } from './answers.ts';

/** The statuses, in the order of the filter. */
export const workstationStatuses = [
  'pending',
  'authorized',
  'disabled',
] as const satisfies readonly WorkstationStatus[];

/** The tabs of a workstation's page. */
export const workstationTabs = ['facts', 'history'] as const;

/** What the list of workstations can be sorted by. */
export const workstationSorts = [
  'hostname',
  'status',
  'user',
  'os',
  'installedVersion',
  'desiredVersion',
  'lastSeenAt',
  'lastError',
] as const;
export type WorkstationSort = (typeof workstationSorts)[number];

export interface WorkstationsSearch extends ListSearch {
  status?: WorkstationStatus | undefined;
  version?: string | undefined;
  product?: string | undefined;
  group?: string | undefined;
  tag?: string | undefined;
  verdict?: Answer | undefined;
  code?: number | undefined;
  below?: string | undefined;
  retired?: true | undefined;
}

export function readWorkstationsSearch(raw: RawSearch): WorkstationsSearch {
  return {
    ...readList(raw, workstationSorts),
    status: readOneOf(raw.status, workstationStatuses),
    version: readText(raw.version, 100),
    product: readText(raw.product, 80),
    group: readText(raw.group, 80),
    tag: readText(raw.tag, 60),
    verdict: readOneOf(raw.verdict, answers),
    code: readWhole(raw.code, 0, 99_999),
    below: readText(raw.below, 100),
    retired: readFlag(raw.retired),
  };
}

/** The filter that a list's search stands for: what bulk actions, groups and updates take. */
export function toFilter(search: WorkstationsSearch): WorkstationFilter {
  const { status, version, product, group, tag, verdict, code, below, q, retired } = search;
  return {
    ...(status !== undefined && { status }),
    ...(version !== undefined && { version }),
    ...(product !== undefined && { product }),
    ...(group !== undefined && { group }),
    ...(tag !== undefined && { tag }),
    ...(verdict !== undefined && { verdict }),
    ...(code !== undefined && { code }),
    ...(below !== undefined && { below }),
    ...(q !== undefined && { q }),
    ...(retired !== undefined && { retired }),
  };
}

export interface WorkstationSearch {
  tab?: (typeof workstationTabs)[number] | undefined;
}

export function readWorkstationSearch(raw: RawSearch): WorkstationSearch {
  return { tab: readOneOf(raw.tab, workstationTabs) };
}

/** What the list of groups can be sorted by. */
export const groupSorts = ['name', 'createdAt'] as const;
export type GroupSort = (typeof groupSorts)[number];

export function readGroupsSearch(raw: RawSearch): ListSearch {
  return readList(raw, groupSorts);
}
