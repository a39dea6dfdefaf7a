// Who did something.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Actor } from '../api/types.ts';

/** An actor by name, with what it is where it is no account. */
export function ActorText({ actor }: { actor: Actor | null }): ReactNode {
  const { t } = useTranslation();
  if (actor === null) return <span>–</span>;
  if (actor.kind === 'system') return <span>{t('actors.system')}</span>;
  return (
    <span>
      {actor.name}
      {actor.kind === 'token' && ` (${t('actors.token')})`}
    </span>
  );
}
