// What surrounds every page: theme, notices, queries, routes.
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { makeQueryClient } from './api/query-client.ts';
import { router } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

/** What was asked of the server, for all pages. */
const client = makeQueryClient();

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
      <Notifications position="bottom-left" autoClose={5000} className="usher-notices" />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} context={{ client }} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
