// What is shown while a page is fetched, where there is none, and where one failed.
import { Center, Loader, Stack } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../components/link.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { PlainPage } from './plain-page.tsx';

/** While a page's code comes. */
export function PendingPage(): ReactNode {
  const { t } = useTranslation();
  return (
    <Center mih={240}>
      <Loader size="sm" aria-label={t('app.loading')} role="status" />
    </Center>
  );
}

/** There is no such page. */
export function NotFoundPage(): ReactNode {
  const { t } = useTranslation();
  return (
    <PlainPage title={t('app.notFound')} note={t('app.notFoundText')}>
      <LinkButton to="/" variant="default" fullWidth>
        {t('app.toOverview')}
      </LinkButton>
    </PlainPage>
  );
}

/** A page could not be shown. */
export function ErrorPage({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <Stack p="md" maw={720}>
      <ProblemAlert error={error} onRetry={reset} />
    </Stack>
  );
}
