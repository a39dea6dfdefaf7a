// A cut-off in words: an instant in the viewer's zone, or the wall time of each workstation.
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Update } from '../../api/types.ts';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';

type WithCutoff = Pick<Update, 'requirement' | 'cutoffAt' | 'cutoffLocal'>;

/** The cut-off; a mandatory update has none. Short, as tables need it, the kind of time stands on a line of its own. */
export function CutoffText({ update, isShort = false }: { update: WithCutoff; isShort?: boolean }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (update.requirement === 'mandatory') return <span>{t('updates.atOnce')}</span>;
  if (update.cutoffLocal !== null) {
    if (isShort) {
      return (
        <>
          {format.local(update.cutoffLocal)}
          <Text size="xs" c="dimmed">
            {t('updates.ownTime')}
          </Text>
        </>
      );
    }
    return <span>{t('updates.cutoffLocalTime', { time: format.local(update.cutoffLocal) })}</span>;
  }
  if (update.cutoffAt !== null) {
    return (
      <>
        <TimeText at={update.cutoffAt} />
        {!isShort && `, ${format.zone}`}
      </>
    );
  }
  return <span>{t('updates.noCutoff')}</span>;
}
