// Installers, New: choose the official MSI, see it go up, then what was read from it.
import '@mantine/dropzone/styles.css';
import { Button, Group, Progress, Select, Stack, Text, Textarea } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import FileBox from 'lucide-react/icons/file-box';
import Upload from 'lucide-react/icons/upload';
import { type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem-error.ts';
import { type InstallerUpload, uploadInstaller } from '../../api/upload.ts';
import { TextLink } from '../../components/link.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useProducts } from '../../state/use-products.ts';
import { readProperties } from './properties.ts';
import { ReleaseNotesField } from './release-notes-field.tsx';

/** The upload as it stands. */
function useUpload() {
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  useEffect(() => () => running.current?.abort(), []);

  const start = async (upload: InstallerUpload) => {
    const controller = new AbortController();
    running.current = controller;
    setError(null);
    setShare(0);
    try {
      const installer = await uploadInstaller(upload, setShare, controller.signal);
      void client.invalidateQueries({ queryKey: ['installers'] });
      await navigate({ to: '/installers/$id', params: { id: installer.id } });
    } catch (problem) {
      const isCancelled = problem instanceof ProblemError && problem.code === 'client.cancelled';
      setError(isCancelled ? null : problem);
    } finally {
      setShare(null);
      running.current = null;
    }
  };
  return { share, error, setError, start, cancel: () => running.current?.abort() };
}

/** The page of a new installer. */
export function NewInstallerPage(): ReactNode {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const [notes, setNotes] = useState('');
  const [product, setProduct] = useState<string | null>(null);
  const { options } = useProducts();
  const [propertiesText, setPropertiesText] = useState('');
  const upload = useUpload();
  const { properties, wrong } = readProperties(propertiesText);
  const isBusy = upload.share !== null;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (file !== null && wrong.length === 0)
      void upload.start({ file, product: product ?? undefined, releaseNotes: notes, properties });
  };
  return (
    <Page title={t('installers.new')} parent={<TextLink to="/installers">{t('nav.installers')}</TextLink>} narrow>
      <form onSubmit={submit}>
        <Stack>
          <Section title={t('installers.file')}>
            <FileDrop
              file={file}
              isDisabled={isBusy}
              onFile={(next) => {
                setFile(next);
                upload.setError(null);
              }}
            />
            {upload.share !== null && <UploadProgress share={upload.share} onCancel={upload.cancel} />}
            {options.length > 0 && (
              <Select
                mt="md"
                maw={420}
                label={t('fields.product')}
                description={t('installers.productNote')}
                placeholder={t('installers.anyProduct')}
                clearable
                clearButtonProps={{ 'aria-label': t('table.clearFilter', { filter: t('fields.product') }) }}
                data={options}
                value={product}
                onChange={setProduct}
              />
            )}
          </Section>
          {upload.error !== null && <ProblemAlert error={upload.error} />}
          <Section title={t('installers.releaseNotesTitle')}>
            <ReleaseNotesField value={notes} onChange={setNotes} />
          </Section>
          <Section title={t('installers.properties')} note={t('installers.propertiesNote')}>
            <Textarea
              aria-label={t('installers.properties')}
              autosize
              minRows={2}
              spellCheck={false}
              placeholder={t('installers.propertiesExample')}
              value={propertiesText}
              onChange={(event) => setPropertiesText(event.currentTarget.value)}
              error={wrong.length > 0 ? t('installers.propertiesWrong', { line: wrong[0] }) : undefined}
            />
          </Section>
          <Group justify="flex-end">
            {file === null && (
              <Text size="sm" c="dimmed">
                {t('installers.chooseFirst')}
              </Text>
            )}
            <Button type="submit" loading={isBusy} disabled={file === null || wrong.length > 0}>
              {t('actions.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

interface FileDropProps {
  readonly file: File | null;
  readonly isDisabled: boolean;
  readonly onFile: (file: File) => void;
}

function FileDrop({ file, isDisabled, onFile }: FileDropProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Dropzone
      multiple={false}
      disabled={isDisabled}
      onDrop={([dropped]) => {
        if (dropped !== undefined) onFile(dropped);
      }}
      inputProps={{ 'aria-label': t('installers.chooseFile'), accept: '.msi' }}
      p="xl"
    >
      <Group justify="center" gap="md" style={{ pointerEvents: 'none' }} mih={72} wrap="nowrap">
        {file === null ? <Upload size={28} aria-hidden /> : <FileBox size={28} aria-hidden />}
        <div style={{ minWidth: 0 }}>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {file === null ? t('installers.drop') : file.name}
          </Text>
          <Text size="sm" c="dimmed">
            {file === null ? t('installers.dropNote') : `${format.bytes(file.size)} · ${t('installers.dropAnother')}`}
          </Text>
        </div>
      </Group>
    </Dropzone>
  );
}

function UploadProgress({ share, onCancel }: { share: number; onCancel: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const isReading = share >= 1;
  return (
    <Group mt="md" gap="sm" wrap="nowrap">
      <Progress style={{ flex: 1 }} value={share * 100} animated={isReading} aria-label={t('installers.uploading')} />
      <Text size="sm" c="dimmed" miw={90} aria-live="polite">
        {isReading ? t('installers.reading') : format.share(share)}
      </Text>
      <Button variant="default" size="xs" onClick={onCancel}>
        {t('actions.cancel')}
      </Button>
    </Group>
  );
}
