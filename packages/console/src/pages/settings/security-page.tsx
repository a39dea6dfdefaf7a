// What workstations trust: the root's fingerprint, and each role of the catalogue with its end.
import { Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { About } from '../../api/types.ts';
import { CodeText } from '../../components/fact-list.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';

/** The page. */
export function SecurityPage(): ReactNode {
  const { t } = useTranslation();
  const query = useQuery(queries.about());
  return (
    <Page title={t('nav.security')} narrow>
      {query.isError ? (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton height={300} />
      ) : (
        <Trust trust={query.data.trust} />
      )}
    </Page>
  );
}

function Trust({ trust }: { trust: About['trust'] }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Section title={t('security.root')} note={t('security.rootNote')}>
        {trust.rootFingerprint === null ? (
          <Text size="sm" c="dimmed">
            {t('security.noRoot')}
          </Text>
        ) : (
          <CodeText value={trust.rootFingerprint} />
        )}
      </Section>
      {trust.roles.length > 0 && (
        <Section title={t('security.roles')} note={t('security.rolesNote')}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th pl={0}>{t('security.role')}</Table.Th>
                <Table.Th ta="right">{t('fields.version')}</Table.Th>
                <Table.Th>{t('security.expires')}</Table.Th>
                <Table.Th>{t('security.keys')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {trust.roles.map((role) => (
                <Table.Tr key={role.role}>
                  <Table.Td pl={0} fw={550}>
                    {role.role}
                  </Table.Td>
                  <Table.Td ta="right">{role.version}</Table.Td>
                  <Table.Td>
                    <TimeText at={role.expiresAt} />
                  </Table.Td>
                  <Table.Td>
                    {role.keys.map((key) => (
                      <CodeText key={key} value={key} />
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Section>
      )}
    </>
  );
}
