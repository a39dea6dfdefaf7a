// A failed call as a person reads it: what it was, the server's sentence, and a way on.
import { Alert, Button, Group, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '@usher/protocol';
import { ProblemError } from '../api/problem-error.ts';
import { useFormat } from '../format/use-format.ts';
import { TextLink } from './link.tsx';

/** The problem's name in the language on screen; the server's own title where the code is newer than this console. */
export function problemTitle(error: unknown, t: TFunction): string {
  if (!(error instanceof ProblemError)) return t('problems.client.unexpected');
  const translated = t(`problems.${error.code}` as 'problems.client.unexpected', { defaultValue: '' });
  return translated !== '' ? translated : (error.problem?.title ?? t('problems.client.unexpected'));
}

/** What to do about it, in the language on screen; null where the problem says it all. */
function problemAdvice(error: unknown, t: TFunction): string | null {
  if (!(error instanceof ProblemError)) return null;
  const text = t(`advice.${error.code}` as 'advice.installer.tampered', { defaultValue: '' });
  return text === '' ? null : text;
}

/** The server's sentence on what exactly was wrong, where it says more than the title; each field once. */
function problemDetail(error: unknown): string | null {
  if (!(error instanceof ProblemError) || error.problem === null) return null;
  const { detail, title, errors = [] } = error.problem;
  const said = detail === title ? '' : detail;
  const fields = errors
    .filter(({ message }) => !said.includes(message))
    .map((field) => (field.path === '' ? field.message : `${field.path}: ${field.message}`));
  const text = [said, ...fields].filter((part) => part !== '').join(' ');
  return text === '' ? null : text;
}

/** Problems whose title says what the server's sentence would say once more. */
const saidByTitle: ReadonlySet<string> = new Set([
  'session.refused',
  'setup.link-invalid',
  'account.duplicate',
  'account.last-owner',
  'account.wrong-password',
  'installer.not-msi',
  'installer.unsigned',
]);

/** The server speaks English only: elsewhere its sentence is shown where it says more than the title, and as the server's. */
function isRepetition(error: unknown, language: string): boolean {
  if (language === 'en' || !(error instanceof ProblemError)) return false;
  return saidByTitle.has(error.code) || error.code.endsWith('.not-found');
}

/** What is here already, with the way to it. */
function Existing({ existing }: { existing: NonNullable<Problem['existing']> }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { id, version, architecture, uploadedAt } = existing;
  const language = format.languageName(existing.language) ?? t('installers.neutral');
  return (
    <Text size="sm">
      {existing.sameFile ? t('existing.sameFile') : t('existing.sameVersion')}{' '}
      <TextLink to="/installers/$id" params={{ id }}>
        {t('existing.which', { version, architecture, language, time: format.instant(uploadedAt) })}
      </TextLink>
    </Text>
  );
}

/** A problem in place of, or above, what it concerns. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const advice = problemAdvice(error, t);
  const existing = error instanceof ProblemError ? error.problem?.existing : undefined;
  const isSaid = existing !== undefined || isRepetition(error, i18n.language);
  const detail = isSaid ? null : problemDetail(error);
  // What is not there does not come by asking again.
  const isGone = error instanceof ProblemError && error.status === 404;
  return (
    <Alert color="red" variant="light" role="alert" icon={<TriangleAlert size={18} />} title={problemTitle(error, t)}>
      <Group justify="space-between" align="flex-end">
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          {existing !== undefined && <Existing existing={existing} />}
          {advice !== null && <Text size="sm">{advice}</Text>}
          {detail !== null && (
            <Text size={advice === null ? 'sm' : 'xs'} mt={advice === null ? 0 : 4}>
              {i18n.language !== 'en' && `${t('app.serverSays')} `}
              <span lang="en">{detail}</span>
            </Text>
          )}
        </div>
        {onRetry !== undefined && !isGone && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('actions.tryAgain')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
