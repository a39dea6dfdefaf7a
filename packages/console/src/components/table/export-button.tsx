// Exports exactly what the filters show: every matching row, the columns on screen, with progress and a way out.
import { Button, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import DownloadIcon from 'lucide-react/icons/download';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { exportRows, type ListExport } from '../../api/export-rows.ts';
import { now } from '../../clock.ts';
import { problemTitle } from '../problem-alert.tsx';
import { saveFile } from './save-file.ts';

/** Rows from which on the export shows how far it is; fewer are there at once. */
const manyRows = 500;

interface ExportButtonProps {
  /** The list's name, for the file. */
  readonly name: string;
  readonly list: ListExport;
  readonly total: number;
}

/** The button and, while it works, its progress. */
export function ExportButton({ name, list, total }: ExportButtonProps): ReactNode {
  const { t } = useTranslation();
  const [done, setDone] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    setDone(0);
    try {
      const { content, rows } = await exportRows(list, setDone, controller.signal);
      saveFile(`usher-${name}-${new Date(now()).toISOString().slice(0, 10)}.csv`, content);
      notifications.show({ message: t('table.exported', { count: rows }), color: 'teal' });
    } catch (error) {
      if (!controller.signal.aborted) notifications.show({ message: problemTitle(error, t), color: 'red' });
    } finally {
      running.current = null;
      setDone(null);
    }
  };

  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<DownloadIcon size={14} />}
        disabled={total === 0 || done !== null}
        onClick={() => void start()}
      >
        {t('table.export')}
      </Button>
      {done !== null && total > manyRows && (
        <Modal opened onClose={() => running.current?.abort()} title={t('table.exporting')} withCloseButton={false}>
          <Stack>
            <Progress value={(Math.min(done, total) / total) * 100} aria-label={t('table.exporting')} />
            <Group justify="space-between">
              <Text size="sm">{t('table.exportProgress', { done, count: total })}</Text>
              <Button variant="default" size="xs" onClick={() => running.current?.abort()}>
                {t('actions.cancel')}
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </>
  );
}
