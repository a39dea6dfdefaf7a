// Whom workstations trust: keys and where they are, what waits for a signature, what to do about it, and the events' chain.
import { Alert, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import CircleCheck from 'lucide-react/icons/circle-check';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { TrustOverview } from '../../api/types.ts';
import { Awaited } from '../../components/awaited.tsx';
import { CodeText } from '../../components/fact-list.tsx';
import { Page, Section } from '../../components/page.tsx';
import { VerifyEvents } from '../events/verify-events.tsx';
import { KeySteps, SigningSteps } from './signing-steps.tsx';
import { TrustRoles } from './trust-roles.tsx';

/** The page. */
export function SecurityPage(): ReactNode {
  const { t } = useTranslation();
  const query = useQuery(queries.trust());
  return (
    <Page title={t('nav.security')} narrow withZone>
      <Awaited query={query} height={300}>
        {(trust) => <Trust trust={trust} />}
      </Awaited>
      <Section title={t('security.log')} note={t('security.logNote')}>
        <VerifyEvents />
      </Section>
    </Page>
  );
}

function Trust({ trust }: { trust: TrustOverview }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Warnings warnings={trust.warnings} />
      <TrustRoles trust={trust} />
      <Waiting trust={trust} />
      <Section title={t('security.root')} note={t('security.rootNote')}>
        <CodeText value={trust.rootFingerprint} />
      </Section>
    </>
  );
}

/** Warnings that someone tampers, or that something stops working soon. */
const urgent: ReadonlySet<string> = new Set(['server-clock', 'expiring', 'log-contradicted']);

function Warnings({ warnings }: { warnings: TrustOverview['warnings'] }): ReactNode {
  const { t } = useTranslation();
  if (warnings.length === 0) {
    return (
      <Alert color="green" variant="light" icon={<CircleCheck size={18} />}>
        {t('security.noWarnings')}
      </Alert>
    );
  }
  return warnings.map(({ code, message }) => (
    <Alert
      key={`${code} ${message}`}
      color={urgent.has(code) ? 'red' : 'yellow'}
      variant="light"
      icon={<TriangleAlert size={18} />}
      title={t(`security.warningTitles.${code}`)}
    >
      {code === 'keys-on-server' ? (
        <>
          <Text size="sm">{t('security.keysMeaning')}</Text>
          <KeySteps />
        </>
      ) : (
        <Text size="sm" lang="en">
          {message}
        </Text>
      )}
    </Alert>
  ));
}

function Waiting({ trust }: { trust: TrustOverview }): ReactNode {
  const { t } = useTranslation();
  const { waiting, nextRoot } = trust;
  if (waiting === null && nextRoot === null) {
    return (
      <Section title={t('security.waiting')}>
        <Text size="sm" c="dimmed">
          {t('security.nothingWaits')}
        </Text>
      </Section>
    );
  }
  return (
    <Section title={t('security.waiting')} note={t('security.waitingNote')}>
      <List size="sm" mb="sm">
        {nextRoot !== null && (
          <List.Item>{t('security.rootWaits', { count: nextRoot.missing, version: nextRoot.version })}</List.Item>
        )}
        {waiting !== null && (
          <>
            {waiting.added > 0 && <List.Item>{t('security.added', { count: waiting.added })}</List.Item>}
            {waiting.removed > 0 && <List.Item>{t('security.removed', { count: waiting.removed })}</List.Item>}
            {waiting.prohibitions && <List.Item>{t('security.prohibitionsWait')}</List.Item>}
            {waiting.directorKeys && <List.Item>{t('security.directorWaits')}</List.Item>}
          </>
        )}
      </List>
      <SigningSteps />
    </Section>
  );
}
