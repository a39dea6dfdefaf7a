// The way out of the frame: what the sign-in says to whoever signed out, and to whom the session ended.
// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { makeQueryClient } from '../api/query-client.ts';
import { queries } from '../api/queries.ts';
import { startI18n } from '../i18n/i18n.ts';
import { Shell } from './shell.tsx';

const account = { id: 'ac_1', email: 'ann@usher.example', name: 'Ann', role: 'owner', theme: 'system', language: 'en' };
const refusal = { type: 'about:blank', title: 'Sign in', status: 401, code: 'session.required' };

/** A server whose session can end; says how often it was asked for one that is over. */
function standIn() {
  const state = { isOver: false, refused: 0 };
  const answer = (input: string, { method }: { method?: string } = {}) => {
    if (method === 'DELETE') {
      state.isOver = true;
      return new Response(null, { status: 204 });
    }
    if (!input.endsWith('/session')) return new Response(JSON.stringify(refusal), { status: 401 });
    if (!state.isOver) return new Response(JSON.stringify(account));
    state.refused += 1;
    return new Response(JSON.stringify(refusal), { status: 401 });
  };
  vi.stubGlobal('fetch', (input: string, init?: RequestInit) => Promise.resolve(answer(input, init)));
  return state;
}

/** The frame, and a sign-in that is loaded only when it is told to. */
function show() {
  const loaded = Promise.withResolvers<undefined>();
  const client = makeQueryClient();
  const root = createRootRoute();
  const routes = [
    createRoute({ getParentRoute: () => root, path: '/', component: Shell }),
    createRoute({
      getParentRoute: () => root,
      path: '/sign-in',
      validateSearch: (raw): Record<string, unknown> => raw,
      loader: () => loaded.promise,
      component: () => 'the sign-in',
    }),
  ];
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory() });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { client, router, load: () => loaded.resolve(undefined) };
}

beforeAll(async () => {
  await startI18n('en');
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('whoever signs out is not told that a session has ended, however long the sign-in takes to load', async () => {
  const server = standIn();
  const { client, router, load } = show();
  fireEvent.click(await screen.findByText('Ann'));
  fireEvent.click(await screen.findByText('Sign out'));
  await vi.waitFor(() => expect(server.isOver).toBe(true));
  // Something on the page asks meanwhile.
  await client.invalidateQueries({ queryKey: queries.session().queryKey });
  expect(server.refused).toBeGreaterThan(0);
  await vi.waitFor(() => expect(screen.queryByText('Ann')).toBeNull());
  load();
  await screen.findByText('the sign-in');
  expect(router.state.location.search).toEqual({});
});

it('to whom the session ended, that is said, with the way back', async () => {
  const server = standIn();
  const { client, router, load } = show();
  await screen.findByText('Ann');
  server.isOver = true;
  await client.invalidateQueries({ queryKey: queries.session().queryKey });
  load();
  await screen.findByText('the sign-in');
  expect(router.state.location.search).toEqual({ to: '/', ended: true });
});
