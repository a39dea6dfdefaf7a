// Pages that a role does not include: said before anything is filled in.
import type { AsyncRouteComponent } from '@tanstack/react-router';
import Lock from 'lucide-react/icons/lock';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Permission } from '@usher/protocol/roles';
import { EmptyState } from '../components/empty-state.tsx';
import { LinkButton } from '../components/link.tsx';
import { Page } from '../components/page.tsx';
import { useAccount, usePermission } from '../state/session.ts';

function NotPermittedPage(): ReactNode {
  const { t } = useTranslation();
  const { role } = useAccount();
  return (
    <Page title={t('notPermitted.page')} narrow>
      <EmptyState
        icon={Lock}
        title={t('notPermitted.title')}
        text={t('notPermitted.text', { role: t(`roles.${role}.name`) })}
      >
        <LinkButton to="/" variant="default">
          {t('app.toOverview')}
        </LinkButton>
      </EmptyState>
    </Page>
  );
}

/** The page where the role of whoever is signed in allows what it is for; else whom to ask. */
export function permitted(
  permission: Permission,
  PermittedPage: AsyncRouteComponent<object>,
): AsyncRouteComponent<object> {
  function Guarded(): ReactNode {
    return usePermission(permission) ? <PermittedPage /> : <NotPermittedPage />;
  }
  const { preload } = PermittedPage;
  return preload === undefined ? Guarded : Object.assign(Guarded, { preload });
}
