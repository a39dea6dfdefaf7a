// A failed call as a person reads it: what it was, the server's sentence, and a way on.
import { Alert, Button, Group, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem-error.ts';

/** The problem's name in the language on screen; the server's own title where the code is newer than this console. */
export function problemTitle(error: unknown, t: TFunction): string {
  if (!(error instanceof ProblemError)) return t('problems.client.unexpected');
  const translated = t(`problems.${error.code}` as 'problems.client.unexpected', { defaultValue: '' });
  return translated !== '' ? translated : (error.problem?.title ?? t('problems.client.unexpected'));
}

/** The server's sentence on what exactly was wrong, where it says more than the title. */
function problemDetail(error: unknown): string | null {
  if (!(error instanceof ProblemError) || error.problem === null) return null;
  const fields = error.problem.errors?.map((field) =>
    field.path === '' ? field.message : `${field.path}: ${field.message}`,
  );
  const detail = error.problem.detail === error.problem.title ? '' : error.problem.detail;
  const text = [detail, ...(fields ?? [])].filter((part) => part !== '').join(' ');
  return text === '' ? null : text;
}

/** A problem in place of, or above, what it concerns. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode {
  const { t } = useTranslation();
  const detail = problemDetail(error);
  return (
    <Alert color="red" variant="light" role="alert" icon={<TriangleAlert size={18} />} title={problemTitle(error, t)}>
      <Group justify="space-between" align="flex-end">
        {detail !== null && (
          <Text size="sm" lang="en">
            {detail}
          </Text>
        )}
        {onRetry !== undefined && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('actions.tryAgain')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
