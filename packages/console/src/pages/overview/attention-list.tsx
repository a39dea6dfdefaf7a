// What needs the administrator, most urgent first; each line leads to where it is dealt with.
import { Group, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import CircleAlert from 'lucide-react/icons/circle-alert';
import CircleCheck from 'lucide-react/icons/circle-check';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attention } from '../../api/types.ts';
import { codeMeaning } from '../../components/code-meaning.ts';
import { TextLink } from '../../components/link.tsx';
import { Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { usePermission } from '../../state/session.ts';

const urgent: ReadonlySet<Attention['kind']> = new Set([
  'log-contradicted',
  'server-clock',
  'assignments-failed',
  'assignments-stuck',
  'starts-blocked',
  'update-suspended',
  'workstations-claiming',
  'signatures-waiting',
  'trust-expiring',
]);

function text(item: Attention, t: TFunction): string {
  const name = item.object?.name ?? item.object?.id ?? '';
  return t(`attention.${item.kind}`, { count: item.count, name, code: item.code ?? '' });
}

function Target({ item, children }: { item: Attention; children: ReactNode }): ReactNode {
  const id = item.object?.id ?? '';
  switch (item.kind) {
    case 'assignments-failed':
      return (
        <TextLink to="/updates/$id" params={{ id }} search={{ tab: 'workstations', state: 'failed' }}>
          {children}
        </TextLink>
      );
    case 'assignments-stuck':
      return (
        <TextLink to="/updates/$id" params={{ id }} search={{ tab: 'workstations', sort: 'updatedAt' }}>
          {children}
        </TextLink>
      );
    case 'update-suspended':
    case 'update-cutoff-near':
    case 'update-not-started':
      return (
        <TextLink to="/updates/$id" params={{ id }}>
          {children}
        </TextLink>
      );
    case 'starts-blocked':
      return (
        <TextLink to="/workstations" search={{ verdict: 'block', code: item.code ?? undefined }}>
          {children}
        </TextLink>
      );
    case 'workstations-claiming':
    case 'workstations-pending':
      return (
        <TextLink to="/workstations" search={{ status: 'pending' }}>
          {children}
        </TextLink>
      );
    case 'installers-pending':
      return (
        <TextLink to="/installers" search={{ decision: 'pending' }}>
          {children}
        </TextLink>
      );
    case 'keys-expiring':
      return <TextLink to="/settings/keys">{children}</TextLink>;
    case 'log-contradicted':
    case 'server-clock':
    case 'trust-expiring':
    case 'signatures-waiting':
      return <TextLink to="/settings/security">{children}</TextLink>;
    case 'server-restored':
      return (
        <TextLink to="/events" search={{ type: 'trust.restored' }}>
          {children}
        </TextLink>
      );
    case 'products-observing':
      return item.count === 0 ? (
        <TextLink to="/settings/products/$id" params={{ id }}>
          {children}
        </TextLink>
      ) : (
        <TextLink to="/workstations" search={{ product: id, verdict: 'would-block' }}>
          {children}
        </TextLink>
      );
  }
}

/** The list; that nothing needs anybody is said too. */
export function AttentionList({ items: all }: { items: readonly Attention[] }): ReactNode {
  const { t } = useTranslation();
  // Whoever has no page of keys can do nothing about them.
  const mayManageKeys = usePermission('keys.manage');
  const items = all.filter(({ kind }) => kind !== 'keys-expiring' || mayManageKeys);
  return (
    <Section title={t('overview.attention')} h="100%">
      {items.length === 0 ? (
        <Group gap="xs" c="var(--usher-success)">
          <CircleCheck size={18} aria-hidden />
          <Text size="sm">{t('overview.nothing')}</Text>
        </Group>
      ) : (
        <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
          {items.map((item) => {
            const isUrgent = urgent.has(item.kind);
            const meaning = item.kind === 'starts-blocked' ? codeMeaning(item.code, t) : null;
            return (
              <li key={`${item.kind} ${item.object?.id ?? ''} ${String(item.code)}`}>
                <Group
                  gap="sm"
                  wrap="nowrap"
                  align="flex-start"
                  py={7}
                  style={{ borderTop: '1px solid var(--usher-line)' }}
                >
                  <span
                    style={{
                      color: isUrgent ? 'var(--usher-danger)' : 'var(--usher-warning)',
                      lineHeight: 0,
                      paddingTop: 2,
                    }}
                  >
                    {isUrgent ? <TriangleAlert size={16} aria-hidden /> : <CircleAlert size={16} aria-hidden />}
                  </span>
                  <div style={{ minWidth: 0, flex: 1 }}>
                    <Text size="sm" component="div">
                      <Target item={item}>{text(item, t)}</Target>
                    </Text>
                    {meaning !== null && (
                      <Text size="xs" c="dimmed">
                        {meaning}
                      </Text>
                    )}
                  </div>
                  {item.at !== null && (
                    <Text size="xs" c="dimmed" component="div" style={{ whiteSpace: 'nowrap' }}>
                      <TimeText at={item.at} relative />
                    </Text>
                  )}
                </Group>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
