// Events page by page: the newest first, older ones by the cursor that the server gave.
import { useInfiniteQuery } from '@tanstack/react-query';
import { get, type Query } from '../../api/client.ts';
import type { EventList } from '../../api/types.ts';

/** Events that match; `fetchNextPage` brings older ones. */
export function useEvents(filter: Query, pageSize = 50) {
  return useInfiniteQuery({
    queryKey: ['events', 'list', filter, pageSize] as const,
    queryFn: ({ pageParam, signal }) =>
      get<EventList>('/events', { ...filter, pageSize, ...(pageParam !== null && { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
}
