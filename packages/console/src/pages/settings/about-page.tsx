// What this server is.
import { Anchor, Group, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import { CodeText, FactList } from '../../components/fact-list.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';

/** The page. */
export function AboutPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(queries.about());
  return (
    <Page title={t('nav.about')} narrow>
      {query.isError ? (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton height={160} />
      ) : (
        <Section>
          <FactList
            facts={[
              [t('fields.version'), query.data.version],
              [t('about.protocol'), String(query.data.protocol)],
              [t('about.publicUrl'), <CodeText key="url" value={query.data.publicUrl} />],
              [t('about.database'), t(`about.databases.${query.data.database}`)],
              [t('about.startedAt'), <TimeText key="at" at={query.data.startedAt} />],
              [t('about.maxUpload'), format.bytes(query.data.maxUploadBytes)],
            ]}
          />
        </Section>
      )}
      <Section title={t('about.forPrograms')}>
        <Group>
          <Anchor href="/api/docs" size="sm">
            {t('about.docs')}
          </Anchor>
          <Anchor href="/api/v1/openapi.json" size="sm">
            {t('about.openapi')}
          </Anchor>
        </Group>
      </Section>
    </Page>
  );
}
