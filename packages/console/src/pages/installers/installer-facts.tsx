// What was read from an installer, who signed it, what was decided, and the updates that lead to it.
import { Accordion, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Certificate, InstallerDetail, Signature } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import { CodeText, FactList } from '../../components/fact-list.tsx';
import { TextLink } from '../../components/link.tsx';
import { ScrollBox } from '../../components/scroll-box.tsx';
import { Section } from '../../components/page.tsx';
import { ProgressParts } from '../../components/progress-parts.tsx';
import { DecisionBadge, UpdateStateBadge } from '../../components/state-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { commonName } from './common-name.ts';

/** The facts of the file. */
export function InstallerFacts({ installer }: { installer: InstallerDetail }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <FactList
      facts={[
        [t('fields.productName'), installer.productName],
        [t('fields.version'), installer.version],
        [t('fields.manufacturer'), installer.manufacturer],
        [t('fields.architecture'), installer.architecture],
        [t('fields.language'), format.languageName(installer.language) ?? t('installers.neutral')],
        [
          t('fields.installedOn'),
          installer.installedOn === 0 ? (
            format.number(0)
          ) : (
            <TextLink
              key="installed"
              to="/workstations"
              search={{ version: installer.version, product: installer.product.id }}
            >
              {t('installers.installedOn', { count: installer.installedOn })}
            </TextLink>
          ),
        ],
        [t('fields.size'), `${format.bytes(installer.size)} (${t('installers.bytes', { count: installer.size })})`],
        [t('fields.uploadedBy'), <ActorText key="by" actor={installer.uploadedBy} />],
        [t('fields.uploadedAt'), <TimeText key="at" at={installer.uploadedAt} />],
        [t('fields.published'), installer.published ? t('installers.published') : t('installers.notPublished')],
        [t('fields.sha256'), <CodeText key="hash" value={installer.sha256} />],
        [t('fields.productCode'), <CodeText key="product" value={installer.productCode} />],
        [t('fields.upgradeCode'), <CodeText key="upgrade" value={installer.upgradeCode} />],
        [t('fields.packageCode'), <CodeText key="package" value={installer.packageCode} />],
      ]}
    />
  );
}

/** Who signed the file, when, and by which chain. */
export function SignatureFacts({ signature }: { signature: Signature }): ReactNode {
  const { t } = useTranslation();
  if (signature.status === 'none' || signature.publisher === null) {
    return <Text size="sm">{t('installers.notSigned')}</Text>;
  }
  const timestamp = signature.timestamped ? t('installers.timestamped') : t('installers.notTimestamped');
  return (
    <Stack gap="xs">
      <FactList
        facts={[
          [t('fields.signer'), commonName(signature.publisher.subject)],
          [t('fields.subject'), signature.publisher.subject],
          [t('fields.issuer'), signature.publisher.issuer],
          [t('fields.signedAt'), <TimeText key="at" at={signature.signedAt} />],
          [t('fields.timestamp'), timestamp],
          [t('fields.algorithm'), signature.algorithm],
        ]}
      />
      {signature.chain.length > 0 && (
        <Accordion variant="default" chevronPosition="left">
          <Accordion.Item value="chain" style={{ border: 0 }}>
            <Accordion.Control px={0}>
              <Text size="sm">{t('installers.chain', { count: signature.chain.length })}</Text>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="md">
                {signature.chain.map((certificate) => (
                  <CertificateFacts key={certificate.sha256} certificate={certificate} />
                ))}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </Stack>
  );
}

function CertificateFacts({ certificate }: { certificate: Certificate }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <FactList
      facts={[
        [t('fields.subject'), certificate.subject],
        [t('fields.issuer'), certificate.issuer],
        [
          t('fields.validity'),
          t('installers.validity', {
            from: format.instant(certificate.notBefore),
            to: format.instant(certificate.notAfter),
          }),
        ],
        [t('fields.serial'), <CodeText key="serial" value={certificate.serial} />],
        [t('fields.sha256'), <CodeText key="hash" value={certificate.sha256} />],
      ]}
    />
  );
}

/** Every decision that was made, newest first. */
export function DecisionHistory({ installer }: { installer: InstallerDetail }): ReactNode {
  const { t } = useTranslation();
  return (
    <Section title={t('installers.decisions')}>
      {installer.decisions.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('installers.noDecision')}
        </Text>
      ) : (
        <Stack gap="sm">
          {installer.decisions.map((decision) => (
            <Group key={decision.at} align="flex-start" gap="sm" wrap="nowrap">
              <DecisionBadge decision={decision.decision} />
              <div>
                <Text size="sm">
                  <ActorText actor={decision.by} /> · <TimeText at={decision.at} />
                </Text>
                {decision.reason !== null && <Text size="sm">{decision.reason}</Text>}
                {decision.note !== null && (
                  <Text size="sm" c="dimmed">
                    {decision.note}
                  </Text>
                )}
              </div>
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  );
}

/** The updates whose target is this version. */
export function InstallerUpdates({ installer }: { installer: InstallerDetail }): ReactNode {
  const { t } = useTranslation();
  const query = useQuery(queries.updates({ product: installer.product.id, pageSize: 100 }));
  const updates = (query.data?.items ?? []).filter((update) => update.target.version === installer.version);
  return (
    <Section title={t('installers.updatesToIt')}>
      {updates.length === 0 ? (
        <Text size="sm" c="dimmed">
          {installer.decision === 'approved' ? t('installers.noUpdates') : t('installers.noUpdatesYet')}
        </Text>
      ) : (
        <ScrollBox label={t('installers.updatesToIt')}>
          <Table fz="sm">
            <Table.Tbody>
              {updates.map((update) => (
                <Table.Tr key={update.id}>
                  <Table.Td pl={0}>
                    <TextLink to="/updates/$id" params={{ id: update.id }}>
                      {update.name}
                    </TextLink>
                  </Table.Td>
                  <Table.Td>
                    <UpdateStateBadge state={update.state} />
                  </Table.Td>
                  <Table.Td w="40%" pr={0}>
                    <ProgressParts counts={update.counts} total={update.total} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
    </Section>
  );
}
