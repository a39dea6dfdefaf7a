// What was asked of the server, for all pages: what is tried again, and what an ended session means for the rest.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ProblemError } from './problem-error.ts';

/** Tries again only what may work the second time. */
function shouldRetry(failures: number, error: unknown): boolean {
  const isPassing = error instanceof ProblemError && (error.status === 0 || error.status === 503);
  return isPassing && failures < 3;
}

/** The client; an answer that wants a session first has the session asked for anew, which leads to the sign-in. */
export function makeQueryClient(): QueryClient {
  const askForSession = (error: unknown) => {
    if (error instanceof ProblemError && error.code === 'session.required') {
      void client.invalidateQueries({ queryKey: ['session'] });
    }
  };
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.queryKey[0] !== 'session') askForSession(error);
      },
    }),
    mutationCache: new MutationCache({ onError: askForSession }),
    defaultOptions: {
      queries: { retry: shouldRetry, retryDelay: 1500, staleTime: 5000, refetchOnWindowFocus: true },
    },
  });
  return client;
}
