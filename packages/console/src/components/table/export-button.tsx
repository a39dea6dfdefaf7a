// Exports exactly what the filters show: every matching row, the columns on screen, with progress and a way out.
import { Button, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import DownloadIcon from 'lucide-react/icons/download';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page } from '../../api/types.ts';
import { now } from '../../clock.ts';
import { download, toCsv } from '../../format/csv.ts';
import { problemTitle } from '../problem-alert.tsx';
import type { Column } from './column.ts';

/** Rows that one request brings. */
const rowsPerRequest = 500;

interface ExportButtonProps<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly total: number;
  readonly fetchPage: (page: number, pageSize: number, signal: AbortSignal) => Promise<Page<Row>>;
}

async function collect<Row>(
  properties: ExportButtonProps<Row>,
  signal: AbortSignal,
  onProgress: (rows: number) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await properties.fetchPage(page, rowsPerRequest, signal);
    rows.push(...answer.items);
    onProgress(rows.length);
    if (answer.items.length < rowsPerRequest || rows.length >= answer.total) return rows;
  }
}

/** The button and, while it works, its progress. */
export function ExportButton<Row>(properties: ExportButtonProps<Row>): ReactNode {
  const { name, columns, total } = properties;
  const { t } = useTranslation();
  const [done, setDone] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);

  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    setDone(0);
    try {
      const rows = await collect(properties, controller.signal, setDone);
      const table = [
        columns.map((column) => column.label),
        ...rows.map((row) => columns.map((column) => column.text(row))),
      ];
      const day = new Date(now()).toISOString().slice(0, 10);
      download(`usher-${name}-${day}.csv`, 'text/csv;charset=utf-8', toCsv(table));
      notifications.show({ message: t('table.exported', { count: rows.length }), color: 'teal' });
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
        disabled={total === 0}
        onClick={() => void start()}
      >
        {t('table.export')}
      </Button>
      {done !== null && total > rowsPerRequest && (
        <Modal opened onClose={() => running.current?.abort()} title={t('table.exporting')} withCloseButton={false}>
          <Stack>
            <Progress value={total === 0 ? 0 : (done / total) * 100} aria-label={t('table.exporting')} />
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
