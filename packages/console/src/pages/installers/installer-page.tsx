// One installer: what was read from it, what was decided on it, where it runs, which updates lead to it.
import { Alert, Button, Grid, List, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import Ban from 'lucide-react/icons/ban';
import CircleCheck from 'lucide-react/icons/circle-check';
import Download from 'lucide-react/icons/download';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { apiBase } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { InstallerDetail } from '../../api/types.ts';
import { AwaitedPage } from '../../components/awaited.tsx';
import { LinkButton, TextLink } from '../../components/link.tsx';
import { Page, Section } from '../../components/page.tsx';
import { DecisionBadge } from '../../components/state-badge.tsx';
import { usePermission } from '../../state/session.ts';
import { ApproveDialog } from './approve-dialog.tsx';
import { DeleteInstaller } from './delete-installer.tsx';
import { DisapproveDialog } from './disapprove-dialog.tsx';
import { DecisionHistory, InstallerFacts, InstallerUpdates, SignatureFacts } from './installer-facts.tsx';
import { InstallerTexts } from './installer-texts.tsx';
import { warningText } from './warning-text.ts';

const route = getRouteApi('/shell/installers/$id');

/** The page of one installer. */
export function InstallerPage(): ReactNode {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const query = useQuery(queries.installer(id));
  const parent = <TextLink to="/installers">{t('nav.installers')}</TextLink>;
  return (
    <AwaitedPage query={query} list={t('nav.installers')} parent={parent}>
      {(installer) => <InstallerView installer={installer} parent={parent} />}
    </AwaitedPage>
  );
}

function InstallerView({ installer, parent }: { installer: InstallerDetail; parent: ReactNode }): ReactNode {
  const { t } = useTranslation();
  return (
    <Page
      withZone
      title={`${installer.product.name} ${installer.version}`}
      parent={parent}
      badge={<DecisionBadge decision={installer.decision} />}
      subtitle={`${installer.manufacturer} · ${installer.architecture} · ${installer.fileName}`}
      actions={<Actions installer={installer} />}
    >
      {installer.warnings.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          icon={<TriangleAlert size={18} />}
          title={t(installer.decision === 'pending' ? 'installers.warnings' : 'installers.warningsKnown')}
        >
          <List size="sm">
            {installer.warnings.map((warning) => (
              <List.Item key={warning.code}>{warningText(warning, t)}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {installer.decision === 'approved' && !installer.published && (
        <Alert
          color="yellow"
          variant="light"
          icon={<TriangleAlert size={18} />}
          title={t('installers.waitsForSignature')}
        >
          {t('installers.waitsForSignatureNote')}{' '}
          <TextLink to="/settings/security">{t('installers.toSecurity')}</TextLink>
        </Alert>
      )}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            <InstallerTexts installer={installer} />
            <DecisionHistory installer={installer} />
            <InstallerUpdates installer={installer} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <Section title={t('installers.facts')}>
              <InstallerFacts installer={installer} />
            </Section>
            <Section title={t('installers.signature')}>
              <SignatureFacts signature={installer.signature} />
            </Section>
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function Actions({ installer }: { installer: InstallerDetail }): ReactNode {
  const { t } = useTranslation();
  const mayDecide = usePermission('installers.decide');
  const mayUpdate = usePermission('updates.manage');
  const [open, setOpen] = useState<'approve' | 'disapprove' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Button
        component="a"
        href={`${apiBase}/installers/${installer.id}/file`}
        download
        variant="default"
        leftSection={<Download size={16} />}
      >
        {t('installers.download')}
      </Button>
      <DeleteInstaller installer={installer} />
      {mayDecide && installer.decision !== 'disapproved' && (
        <Button variant="light" color="red" leftSection={<Ban size={16} />} onClick={() => setOpen('disapprove')}>
          {t('installers.disapprove')}
        </Button>
      )}
      {mayUpdate && installer.decision === 'approved' && (
        <LinkButton to="/updates/new" search={{ product: installer.product.id, version: installer.version }}>
          {t('installers.createUpdate')}
        </LinkButton>
      )}
      {mayDecide && installer.decision !== 'approved' && (
        <Button leftSection={<CircleCheck size={16} />} onClick={() => setOpen('approve')}>
          {t('installers.approve')}
        </Button>
      )}
      {open === 'approve' && <ApproveDialog installer={installer} onClose={close} />}
      {open === 'disapprove' && <DisapproveDialog installer={installer} onClose={close} />}
    </>
  );
}
