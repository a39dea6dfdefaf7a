// Exports exactly what the filters show, or the rows that are chosen: the columns on screen, with progress and a way out.
import { Button, Group, Menu, Modal, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import ChevronDown from 'lucide-react/icons/chevron-down';
import DownloadIcon from 'lucide-react/icons/download';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { exportAddress, type ExportFormat, exportRows, type ListExport } from '../../api/export-rows.ts';
import { now } from '../../clock.ts';
import { problemTitle } from '../problem-alert.tsx';
import { saveFile } from './save-file.ts';

/** Rows from which on the export shows how far it is; fewer are there at once. */
const manyRows = 500;

interface ExportMenuProps {
  /** The list's name, for the file. */
  readonly name: string;
  readonly list: ListExport;
  /** How many rows the filters show; null where that is not known. */
  readonly total: number | null;
  /** Of the rows that are chosen: said so. */
  readonly isOfSelection?: boolean;
}

/** The button with its two kinds of file and, while it works, its progress. */
export function ExportMenu({ name, list, total, isOfSelection = false }: ExportMenuProps): ReactNode {
  const { t } = useTranslation();
  const [done, setDone] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const fileName = (format: ExportFormat): string =>
    `usher-${name}-${new Date(now()).toISOString().slice(0, 10)}.${format}`;

  const start = async (format: ExportFormat) => {
    const controller = new AbortController();
    running.current = controller;
    setDone(0);
    try {
      const { content, rows } = await exportRows(list, format, setDone, controller.signal);
      saveFile(fileName(format), content);
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
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            leftSection={<DownloadIcon size={14} />}
            rightSection={<ChevronDown size={14} />}
            disabled={total === 0 || done !== null}
          >
            {isOfSelection ? t('table.exportSelection') : t('table.export')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void start('csv')}>{t('table.exportKinds.csv')}</Menu.Item>
          {list.only === undefined ? (
            // As the server has it, so that the browser may write it to the disk as it comes.
            <Menu.Item component="a" href={exportAddress(list, 'jsonl')} download={fileName('jsonl')}>
              {t('table.exportKinds.jsonl')}
            </Menu.Item>
          ) : (
            <Menu.Item onClick={() => void start('jsonl')}>{t('table.exportKinds.jsonl')}</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {done !== null && (total === null ? done > 0 : total > manyRows) && (
        <Modal opened onClose={() => running.current?.abort()} title={t('table.exporting')} withCloseButton={false}>
          <Stack>
            <Progress
              value={total === null ? 100 : (Math.min(done, total) / total) * 100}
              animated={total === null}
              aria-label={t('table.exporting')}
            />
            <Group justify="space-between">
              <Text size="sm">
                {total === null
                  ? t('table.exportedSoFar', { count: done })
                  : t('table.exportProgress', { done, count: total })}
              </Text>
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
