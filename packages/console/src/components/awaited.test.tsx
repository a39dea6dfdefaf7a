// What stands where something is awaited: the thing once it has come, else the problem with a way on.
// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ProblemError } from '../api/problem-error.ts';
import { startI18n } from '../i18n/i18n.ts';
import { AwaitedPage } from './awaited.tsx';

function Thing({ ask }: { ask: () => Promise<string> }): ReactNode {
  const query = useQuery({ queryKey: ['thing'], queryFn: ask, retry: false });
  return (
    <AwaitedPage query={query} list="Things" parent={null}>
      {(thing) => (
        <>
          <p>{thing}</p>
          <button onClick={() => void query.refetch()}>Again</button>
        </>
      )}
    </AwaitedPage>
  );
}

function show(ask: () => Promise<string>): void {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Thing ask={ask} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

beforeAll(async () => {
  configure({ asyncUtilTimeout: 30_000 });
  await startI18n('en');
});

afterEach(cleanup);

const away = () => Promise.reject(new ProblemError('client.unreachable', 0, null));

describe('a page about one thing', () => {
  it('says that it is loading until the thing has come', async () => {
    show(() => Promise.resolve('the thing'));
    expect(screen.getByRole('heading', { name: 'Loading' })).toBeTruthy();
    expect(await screen.findByText('the thing')).toBeTruthy();
  });

  it('says what went wrong under the name of the list, and tries again', async () => {
    let isAway = true;
    show(() => (isAway ? away() : Promise.resolve('the thing')));
    expect(await screen.findByText('The server can’t be reached')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Things' })).toBeTruthy();
    isAway = false;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('the thing')).toBeTruthy();
  });

  it('keeps what has come while the server is away', async () => {
    let calls = 0;
    show(() => (++calls === 1 ? Promise.resolve('the thing') : away()));
    fireEvent.click(await screen.findByRole('button', { name: 'Again' }));
    await expect.poll(() => calls).toBe(2);
    expect(screen.getByText('the thing')).toBeTruthy();
  });
});
