// What a product accepts: unknown versions, offline workstations, signatures, who may approve.
import { Button, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import type { Product, ProductPatch } from '../../api/types.ts';
import { FactList } from '../../components/fact-list.tsx';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';

const unknownVersionsKinds = ['allow', 'block'] as const satisfies readonly Product['unknownVersions'][];
const signatureKinds = ['trusted', 'signed', 'any'] as const satisfies readonly Product['signature'][];
const whenProhibitedKinds = ['tell', 'close'] as const satisfies readonly Product['whenProhibited'][];
const offlineKinds = ['run', 'block'] as const satisfies readonly Product['offline']['then'][];

/** The rules; a form for whoever may change them. */
export function ProductRules({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('products.manage');
  if (mayManage) return <RulesForm product={product} />;
  return (
    <Section title={t('products.rules')}>
      <FactList
        facts={[
          [t('products.unknownVersions'), t(`products.unknownVersionsKinds.${product.unknownVersions}`)],
          [t('products.graceHours'), t('products.hours', { count: product.offline.graceHours })],
          [t('products.offlineThen'), t(`products.offlineKinds.${product.offline.then}`)],
          [t('products.whenProhibited'), t(`products.whenProhibitedKinds.${product.whenProhibited}`)],
          [t('products.signature'), t(`products.signatureKinds.${product.signature}`)],
          [t('products.separation'), product.separationOfDuties ? t('actions.yes') : t('actions.no')],
        ]}
      />
    </Section>
  );
}

function RulesForm({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState(product.name);
  const [unknownVersions, setUnknownVersions] = useState(product.unknownVersions);
  const [signature, setSignature] = useState(product.signature);
  const [graceHours, setGraceHours] = useState<number | string>(product.offline.graceHours);
  const [then, setThen] = useState(product.offline.then);
  const [whenProhibited, setWhenProhibited] = useState(product.whenProhibited);
  const [closeAfterMinutes, setCloseAfterMinutes] = useState<number | string>(product.closeAfterMinutes);
  const [separation, setSeparation] = useState(product.separationOfDuties);
  const save = useAction<ProductPatch, Product>({
    run: (body) => patch<Product>(`/products/${product.id}`, body),
    refresh: ['products', 'overview'],
    done: () => t('products.saved'),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate({
      name: name.trim(),
      unknownVersions,
      signature,
      offline: { graceHours: Number(graceHours), then },
      whenProhibited,
      closeAfterMinutes: Number(closeAfterMinutes),
      separationOfDuties: separation,
    });
  };
  return (
    <Section title={t('products.rules')}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('fields.name')}
            required
            maw={420}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('products.unknownVersions')}
            description={t('products.unknownVersionsNote')}
            maw={420}
            allowDeselect={false}
            value={unknownVersions}
            data={unknownVersionsKinds.map((value) => ({ value, label: t(`products.unknownVersionsKinds.${value}`) }))}
            onChange={(next) => setUnknownVersions(next === 'block' ? 'block' : 'allow')}
          />
          <Group align="flex-end">
            <NumberInput
              label={t('products.graceHours')}
              description={t('products.graceHoursNote')}
              w={260}
              min={0}
              max={87_600}
              value={graceHours}
              onChange={setGraceHours}
            />
            <Select
              label={t('products.offlineThen')}
              w={260}
              allowDeselect={false}
              value={then}
              data={offlineKinds.map((value) => ({ value, label: t(`products.offlineKinds.${value}`) }))}
              onChange={(next) => setThen(next === 'block' ? 'block' : 'run')}
            />
          </Group>
          <Group align="flex-end">
            <Select
              label={t('products.whenProhibited')}
              description={t('products.whenProhibitedNote')}
              w={380}
              allowDeselect={false}
              value={whenProhibited}
              data={whenProhibitedKinds.map((value) => ({ value, label: t(`products.whenProhibitedKinds.${value}`) }))}
              onChange={(next) => setWhenProhibited(next === 'close' ? 'close' : 'tell')}
            />
            {whenProhibited === 'close' && (
              <NumberInput
                label={t('products.closeAfterMinutes')}
                w={220}
                min={1}
                max={10_080}
                required
                value={closeAfterMinutes}
                onChange={setCloseAfterMinutes}
              />
            )}
          </Group>
          <Select
            label={t('products.signature')}
            description={t(`products.signatureNotes.${signature}`)}
            maw={420}
            allowDeselect={false}
            value={signature}
            data={signatureKinds.map((value) => ({ value, label: t(`products.signatureKinds.${value}`) }))}
            onChange={(next) => setSignature(signatureKinds.find((kind) => kind === next) ?? 'signed')}
          />
          <Switch
            label={t('products.separation')}
            description={t('products.separationNote')}
            checked={separation}
            onChange={(event) => setSeparation(event.currentTarget.checked)}
          />
          {save.isError && <ProblemAlert error={save.error} />}
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={save.isPending}
              disabled={[name.trim(), graceHours, closeAfterMinutes].includes('')}
            >
              {t('actions.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
