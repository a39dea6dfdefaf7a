// Each role of the catalogue and the director: what it signs, with which keys, and where those are.
import { Group, Stack, Table, Text } from '@mantine/core';
import Server from 'lucide-react/icons/server';
import Vault from 'lucide-react/icons/vault';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrustOverview } from '../../api/types.ts';
import { ScrollBox } from '../../components/scroll-box.tsx';
import { Section } from '../../components/page.tsx';
import { StateBadge, type Tone } from '../../components/state-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';

type Key = TrustOverview['roles'][number]['keys'][number];

/** Roles whose keys should be where nobody reaches them over the network. */
const precious: ReadonlySet<string> = new Set(['root', 'targets']);

/** Characters of a key's id that tell it from the others. */
const shortId = 12;

/** The table. */
export function TrustRoles({ trust }: { trust: TrustOverview }): ReactNode {
  const { t } = useTranslation();
  return (
    <Section title={t('security.roles')} note={t('security.rolesNote')}>
      <ScrollBox label={t('security.roles')}>
        <Table fz="sm" verticalSpacing="sm" style={{ minWidth: 560 }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th pl={0}>{t('security.role')}</Table.Th>
              <Table.Th>{t('security.keys')}</Table.Th>
              <Table.Th ta="right">{t('fields.version')}</Table.Th>
              <Table.Th pr={0}>{t('security.expires')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {trust.roles.map(({ role, keys, threshold, version, expiresAt }) => (
              <Table.Tr key={role}>
                <RoleCell role={role} />
                <Table.Td>
                  <Stack gap={6}>
                    {keys.map((key) => (
                      <KeyLine
                        key={key.id}
                        signingKey={key}
                        tone={key.here && precious.has(role) ? 'warning' : 'neutral'}
                      />
                    ))}
                    {(keys.length > 1 || threshold > 1) && (
                      <Text size="xs" c="dimmed">
                        {t('security.needed', { needed: threshold, all: keys.length })}
                      </Text>
                    )}
                  </Stack>
                </Table.Td>
                <Table.Td ta="right">{version}</Table.Td>
                <Table.Td pr={0}>
                  <TimeText at={expiresAt} />
                </Table.Td>
              </Table.Tr>
            ))}
            <Table.Tr>
              <RoleCell role="director" />
              <Table.Td>
                <Stack gap={6}>
                  {trust.director.map((key) => (
                    <KeyLine
                      key={key.id}
                      signingKey={key}
                      tone="neutral"
                      note={key.signs ? t('security.keySigns') : t('security.keyKnown')}
                    />
                  ))}
                </Stack>
              </Table.Td>
              <Table.Td ta="right">–</Table.Td>
              <Table.Td pr={0}>–</Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </ScrollBox>
    </Section>
  );
}

function RoleCell({ role }: { role: 'root' | 'targets' | 'snapshot' | 'timestamp' | 'director' }): ReactNode {
  const { t } = useTranslation();
  return (
    <Table.Td pl={0} maw={250}>
      <Text size="sm" fw={600} ff="monospace">
        {role}
      </Text>
      <Text size="xs" c="dimmed">
        {t(`security.roleKinds.${role}`)}
      </Text>
    </Table.Td>
  );
}

function KeyLine({ signingKey, tone, note }: { signingKey: Key; tone: Tone; note?: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <div>
      <Group gap={8}>
        <StateBadge
          tone={tone}
          icon={signingKey.here ? Server : Vault}
          label={signingKey.here ? t('security.keyOnServer') : t('security.keyElsewhere')}
        />
        {note !== undefined && <Text size="xs">{note}</Text>}
      </Group>
      <Text size="xs" c="dimmed" component="div">
        <code title={signingKey.id}>{signingKey.id.slice(0, shortId)}…</code>
        {signingKey.createdAt !== null && (
          <>
            {' · '}
            {t('security.keyMadeAt')} <TimeText at={signingKey.createdAt} />
          </>
        )}
      </Text>
    </div>
  );
}
