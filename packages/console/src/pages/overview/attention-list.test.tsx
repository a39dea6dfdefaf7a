// What needs somebody is said to whom it leads somewhere.
// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Account, Attention } from '../../api/types.ts';
import { startI18n } from '../../i18n/i18n.ts';
import { AccountContext } from '../../state/session.ts';
import { AttentionList } from './attention-list.tsx';

const nothing = { object: null, code: null, at: null };
const items: Attention[] = [
  { ...nothing, kind: 'workstations-pending', count: 3 },
  { ...nothing, kind: 'keys-expiring', count: 14 },
];

async function show(role: Account['role'], shown: readonly Attention[]): Promise<(string | null)[]> {
  const root = createRootRoute({
    component: () => (
      <MantineProvider env="test">
        <AccountContext value={{ role } as Account}>
          <AttentionList items={shown} />
        </AccountContext>
      </MantineProvider>
    ),
  });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(<RouterProvider router={router as never} />);
  await screen.findByRole('heading', { name: 'Needs attention' });
  return screen.queryAllByRole('link').map((link) => link.textContent);
}

beforeAll(async () => {
  await startI18n('en');
});

afterEach(cleanup);

it('tells an owner of keys that expire', async () => {
  expect(await show('owner', items)).toEqual(['3 workstations wait for approval', '14 installation keys expire soon']);
});

it.each(['viewer', 'operator', 'approver'] as const)(
  'does not send a %s to a page of keys that is not theirs',
  async (role) => {
    expect(await show(role, items)).toEqual(['3 workstations wait for approval']);
    cleanup();
    await show(role, items.slice(1));
    expect(screen.getByText('Nothing needs you now.')).toBeDefined();
  },
);
