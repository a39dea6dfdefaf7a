// What surrounds every page: theme, notices, queries, routes.
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ProblemError } from './api/problem-error.ts';
import { router } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

/** Tries again only what may work the second time. */
function shouldRetry(failures: number, error: unknown): boolean {
  const isPassing = error instanceof ProblemError && (error.status === 0 || error.status === 503);
  return isPassing && failures < 3;
}

/** What was asked of the server, for all pages. */
const client = new QueryClient({
  defaultOptions: {
    queries: { retry: shouldRetry, retryDelay: 1500, staleTime: 5000, refetchOnWindowFocus: true },
  },
});

const colorScheme = localStorageColorSchemeManager({ key: 'usher.theme' });

/** Asks for what the first page shows while its texts are still on their way. */
export function beginFirstPage(): void {
  router.update({ ...router.options, context: { client } });
  void router.load();
}

/** The console. */
export function App({ nonce }: { nonce: string }): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-center" autoClose={5000} />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} context={{ client }} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
