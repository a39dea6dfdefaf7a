// An ended session is noticed by whatever is asked next.
import { QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, vi } from 'vitest';
import { ProblemError } from './problem-error.ts';
import { makeQueryClient } from './query-client.ts';

describe('the client for queries', () => {
  it.each([
    ['session.required', 401, 2],
    ['permission.denied', 403, 1],
  ] as const)('after %s: the session has been asked for as often as it must', async (code, status, times) => {
    const client = makeQueryClient();
    const session = vi.fn(() => Promise.resolve('somebody'));
    const ended = new QueryObserver(client, { queryKey: ['session'], queryFn: session }).subscribe(() => undefined);
    await vi.waitFor(() => expect(client.getQueryData(['session'])).toBe('somebody'));
    const refused = () => Promise.reject(new ProblemError(code, status, null));
    await expect(client.query({ queryKey: ['updates'], queryFn: refused })).rejects.toThrow(code);
    await vi.waitFor(() => expect(client.isFetching()).toBe(0));
    expect(session).toHaveBeenCalledTimes(times);
    ended();
    client.clear();
  });

  it('does not ask for the session once more because the session itself was refused', async () => {
    const client = makeQueryClient();
    const session = vi.fn(() => Promise.reject(new ProblemError('session.required', 401, null)));
    await expect(client.query({ queryKey: ['session'], queryFn: session })).rejects.toThrow('session.required');
    expect(session).toHaveBeenCalledOnce();
    client.clear();
  });
});
