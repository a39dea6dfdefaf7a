// Something that is done to the server: its progress, its problem, what it makes stale, and word of its success.
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import type { Subject } from '../api/queries.ts';

interface Action<Input, Output> {
  readonly run: (input: Input) => Promise<Output>;
  /** What is asked for again afterwards, also when it failed: somebody else may have changed it. */
  readonly refresh: readonly Subject[];
  /** What a person is told. */
  readonly done?: (output: Output, input: Input) => string;
  readonly then?: (output: Output, input: Input) => void;
}

/** An action as a mutation. Its problem stays in `error`, for the dialog or page that started it. */
export function useAction<Input = void, Output = unknown>(
  action: Action<Input, Output>,
): UseMutationResult<Output, Error, Input> {
  const client = useQueryClient();
  return useMutation<Output, Error, Input>({
    mutationFn: action.run,
    onSuccess: (output, input) => {
      if (action.done !== undefined) notifications.show({ message: action.done(output, input), color: 'teal' });
      action.then?.(output, input);
    },
    onSettled: async () => {
      await Promise.all(action.refresh.map((subject) => client.invalidateQueries({ queryKey: [subject] })));
    },
  });
}
