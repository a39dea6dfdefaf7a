// Parts of the overview: the fleet in numbers, the updates under way, the products that are only observed.
import { Alert, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import Eye from 'lucide-react/icons/eye';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Observed, Overview, RunningUpdate } from '../../api/types.ts';
import { TextLink } from '../../components/link.tsx';
import { ObservedNumbers } from '../../components/observed-numbers.tsx';
import { Section } from '../../components/page.tsx';
import { ProgressParts } from '../../components/progress-parts.tsx';
import { UpdateStateBadge } from '../../components/state-badge.tsx';
import { useFormat } from '../../format/use-format.ts';
import { CutoffText } from '../updates/cutoff-text.tsx';

/** The fleet in numbers. */
export function WorkstationNumbers({ overview }: { overview: Overview }): ReactNode {
  const { t } = useTranslation();
  const { workstations } = overview;
  const numbers = [
    ['total', workstations.total],
    ['online', workstations.online],
    ['pending', workstations.pending],
    ['disabled', workstations.disabled],
    ['silent', workstations.silentFor30Days],
  ] as const;
  return (
    <Section aria-label={t('nav.workstations')}>
      <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 5 }} m={0} spacing="lg">
        {numbers.map(([name, value]) => (
          <NumberTile key={name} label={t(`overview.workstations.${name}`)} value={value} />
        ))}
      </SimpleGrid>
    </Section>
  );
}

function NumberTile({ label, value }: { label: string; value: number }): ReactNode {
  const format = useFormat();
  return (
    <div style={{ display: 'flex', flexDirection: 'column-reverse' }}>
      <Text component="dt" size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="dd" m={0} fz={24} fw={640} lh={1.25} data-numeric>
        {format.number(value)}
      </Text>
    </div>
  );
}

/** The updates under way, each with its bar and its cut-off. */
export function RunningUpdates({ updates }: { updates: readonly RunningUpdate[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Section
      title={t('overview.running')}
      h="100%"
      aside={
        <Text size="sm">
          <TextLink to="/updates">{t('overview.allUpdates')}</TextLink>
        </Text>
      }
    >
      {updates.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('overview.noneRunning')}
        </Text>
      ) : (
        <Stack gap="md">
          {updates.map((update) => (
            <div key={update.id}>
              <Group justify="space-between" gap="xs" mb={4} wrap="nowrap" align="flex-start">
                <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
                  <TextLink to="/updates/$id" params={{ id: update.id }}>
                    {update.name}
                  </TextLink>
                </Text>
                <UpdateStateBadge state={update.state} />
              </Group>
              <ProgressParts counts={update.counts} total={update.total} />
              <Text size="xs" c="dimmed" mt={2} component="div">
                {update.product} → {update.target} · {t(`requirement.${update.requirement}`)}
                {update.requirement === 'optional' && (
                  <>
                    {' · '}
                    {t('fields.cutoff')}: <CutoffText update={update} />
                  </>
                )}
              </Text>
            </div>
          ))}
        </Stack>
      )}
    </Section>
  );
}

/** Who would be refused in products that are only observed, and why. */
export function ObservedProducts({ observed }: { observed: readonly Observed[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      {observed.map((item) => (
        <Alert
          key={item.product.id}
          color="yellow"
          variant="light"
          icon={<Eye size={18} />}
          title={t('overview.observed', { name: item.product.name })}
        >
          <ObservedNumbers observed={item} />
          <Text size="sm" mt="xs">
            <TextLink to="/settings/products/$id" params={{ id: item.product.id }}>
              {t('overview.toEnforcement')}
            </TextLink>
            {item.wouldBlock > 0 && (
              <>
                {' · '}
                <TextLink to="/events" search={{ type: 'start.observed' }}>
                  {t('overview.whoWouldBe')}
                </TextLink>
              </>
            )}
          </Text>
        </Alert>
      ))}
    </Stack>
  );
}
