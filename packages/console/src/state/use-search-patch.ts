// Changes part of what stands in the address, and leaves the rest.
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Merges a patch into the address's search. */
export type SearchPatch<Search> = (patch: Search) => void;

/** A function that merges a patch into the address's search; a member that is undefined goes. */
export function useSearchPatch<Search extends object>(): SearchPatch<Search> {
  const navigate = useNavigate();
  return useCallback(
    (patch: Search) => {
      void navigate({
        to: '.',
        search: ((before: object) => ({ ...before, ...patch })) as never,
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
}
