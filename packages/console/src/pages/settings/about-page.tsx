// What this server is.
import { Anchor, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import { Awaited } from '../../components/awaited.tsx';
import { CodeText, FactList } from '../../components/fact-list.tsx';
import { Page, Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';

/** The page. */
export function AboutPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(queries.about());
  return (
    <Page title={t('nav.about')} narrow withZone>
      <Awaited query={query} height={160}>
        {(about) => (
          <Section>
            <FactList
              facts={[
                [t('fields.version'), about.version],
                [t('about.protocol'), String(about.protocol)],
                [t('about.publicUrl'), <CodeText key="url" value={about.publicUrl} />],
                [t('about.database'), t(`about.databases.${about.database}`)],
                [t('about.startedAt'), <TimeText key="at" at={about.startedAt} />],
                [t('about.maxUpload'), format.bytes(about.maxUploadBytes)],
              ]}
            />
          </Section>
        )}
      </Awaited>
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
