// One event with everything that is on record.
import { Code, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventItem } from '../../api/types.ts';
import { CodeText, FactList } from '../../components/fact-list.tsx';
import { useFormat } from '../../format/use-format.ts';
import { EventObject, eventName } from './event-text.tsx';

/** The dialog. */
export function EventDialog({ event, onClose }: { event: EventItem; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const actorId = event.actor.id === undefined ? '' : ` (${event.actor.id})`;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('events.title', { number: event.seq })}
      size="lg"
      closeButtonProps={{ 'aria-label': t('actions.close') }}
    >
      <Stack>
        <FactList
          facts={[
            [t('fields.event'), `${eventName(event.type, t)} (${event.type})`],
            [t('fields.time'), format.exact(event.at)],
            [t('fields.actor'), `${t(`actors.${event.actor.kind}`)}: ${event.actor.name}${actorId}`],
            [t('fields.object'), <EventObject key="object" object={event.object} />],
            [t('fields.address'), event.address],
            [t('fields.id'), <CodeText key="id" value={event.id} />],
            [t('fields.hash'), <CodeText key="hash" value={event.hash} />],
            [t('fields.previousHash'), <CodeText key="previous" value={event.previousHash} />],
          ]}
        />
        {Object.keys(event.data).length > 0 && (
          <Code block tabIndex={0} role="region" aria-label={t('events.data')}>
            {JSON.stringify(event.data, null, 2)}
          </Code>
        )}
      </Stack>
    </Modal>
  );
}
