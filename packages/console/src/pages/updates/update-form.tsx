// The criteria of an update, for a new one and for a draft.
import { compareVersions } from '@usher/core';
import { Button, Group, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type SyntheticEvent, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem-error.ts';
import { queries } from '../../api/queries.ts';
import type { Installer } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/link.tsx';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useProducts } from '../../state/use-products.ts';
import Package from 'lucide-react/icons/package';
import { CutoffFields, ZoneSelect } from './cutoff-fields.tsx';
import { type Criteria, missing } from './criteria.ts';

/** What engines do before anybody starts the application. */
const backgrounds = ['none', 'download', 'install'] as const;

interface UpdateFormProps {
  readonly initial: Criteria;
  /** A draft's product stays. */
  readonly isProductFixed?: boolean;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly onSave: (criteria: Criteria) => void;
  readonly onCancel?: () => void;
}

/** Each version once, newest first, with its architectures. */
function targets(installers: readonly Installer[]): { value: string; label: string }[] {
  const architectures = new Map<string, string[]>();
  for (const { version, architecture } of installers) {
    const known = architectures.get(version) ?? [];
    if (!known.includes(architecture)) architectures.set(version, [...known, architecture]);
  }
  return [...architectures]
    .sort(([left], [right]) => compareVersions(right, left))
    .map(([version, list]) => ({ value: version, label: `${version} (${list.join(', ')})` }));
}

/** The form. */
export function UpdateForm(properties: UpdateFormProps): ReactNode {
  const { initial, isProductFixed = false, isPending, error, onSave, onCancel } = properties;
  const { t } = useTranslation();
  const [criteria, setCriteria] = useState(initial);
  const change = (part: Partial<Criteria>) => setCriteria((before) => ({ ...before, ...part }));
  const { products, options, isLoaded } = useProducts();
  const only = products.length === 1 ? products[0]?.id : undefined;
  useEffect(() => {
    if (only !== undefined) setCriteria((before) => (before.product === '' ? { ...before, product: only } : before));
  }, [only]);
  const approved = useQuery({
    ...queries.approvedVersions(criteria.product === '' ? undefined : criteria.product),
    enabled: criteria.product !== '',
  });
  const versions = useMemo(() => targets(approved.data?.items ?? []), [approved.data]);
  const onlyTarget = versions.length === 1 ? versions[0]?.value : undefined;
  useEffect(() => {
    if (onlyTarget !== undefined)
      setCriteria((before) => (before.version === '' ? { ...before, version: onlyTarget } : before));
  }, [onlyTarget]);
  const hasNoTarget = isLoaded && (products.length === 0 || (approved.data !== undefined && versions.length === 0));
  const lacking = missing(criteria);
  const isComplete = lacking === null;
  const fieldError = (path: string) => (error instanceof ProblemError ? error.field(path) : undefined);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isComplete) onSave(criteria);
  };

  if (hasNoTarget && products.length <= 1) {
    return (
      <Section>
        <EmptyState icon={Package} title={t('updates.noTarget')} text={t('updates.emptyNoTarget')}>
          <LinkButton to="/installers" variant="default">
            {t('updates.toInstallers')}
          </LinkButton>
        </EmptyState>
      </Section>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Section title={t('updates.what')} {...(options.length === 1 && { note: options[0]?.label })}>
          <Stack>
            {options.length > 1 && (
              <Select
                label={t('fields.product')}
                required
                maw={420}
                disabled={isProductFixed}
                data={options}
                value={criteria.product === '' ? null : criteria.product}
                onChange={(product) => change({ product: product ?? '', version: '' })}
              />
            )}
            <Select
              label={t('fields.target')}
              description={t('updates.targetNote')}
              required
              maw={420}
              searchable
              allowDeselect={false}
              data={versions}
              value={criteria.version === '' ? null : criteria.version}
              error={fieldError('version')}
              nothingFoundMessage={t('updates.noTarget')}
              onChange={(version) => change({ version: version ?? '' })}
            />
            <TextInput
              label={t('fields.name')}
              description={t('updates.nameNote')}
              maw={420}
              maxLength={200}
              value={criteria.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
          </Stack>
        </Section>
        <Section title={t('updates.how')}>
          <Stack gap="lg">
            <Radio.Group
              label={t('fields.requirement')}
              value={criteria.requirement}
              onChange={(value) => change({ requirement: value === 'mandatory' ? 'mandatory' : 'optional' })}
            >
              <Stack gap={8} mt={8}>
                {(['optional', 'mandatory'] as const).map((value) => (
                  <Radio
                    key={value}
                    value={value}
                    label={t(`requirement.${value}`)}
                    description={t(`updates.requirementNotes.${value}`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
            {criteria.requirement === 'optional' && (
              <CutoffFields
                value={criteria}
                onChange={change}
                error={fieldError('cutoffAt') ?? fieldError('cutoffLocal')}
              />
            )}
          </Stack>
        </Section>
        <Section title={t('updates.when')}>
          <Stack gap="lg">
            <Radio.Group
              label={t('updates.start')}
              value={criteria.start}
              onChange={(value) => change({ start: value === 'later' ? 'later' : 'at-once' })}
            >
              <Stack gap={8} mt={8}>
                <Radio value="at-once" label={t('updates.startAtOnce')} />
                <Radio value="later" label={t('updates.startLater')} />
              </Stack>
            </Radio.Group>
            {criteria.start === 'later' && (
              <Group align="flex-start">
                <TextInput
                  label={t('updates.startTime')}
                  type="datetime-local"
                  required
                  w={230}
                  value={criteria.startTime}
                  error={fieldError('startsAt')}
                  onChange={(event) => change({ startTime: event.currentTarget.value })}
                />
                <ZoneSelect value={criteria.zone} onChange={(zone) => change({ zone })} />
              </Group>
            )}
            <Radio.Group
              label={t('updates.onFailure')}
              value={criteria.onFailure}
              onChange={(value) => change({ onFailure: value === 'relax' ? 'relax' : 'hold' })}
            >
              <Stack gap={8} mt={8}>
                {(['hold', 'relax'] as const).map((value) => (
                  <Radio
                    key={value}
                    value={value}
                    label={t(`updates.onFailureKinds.${value}`)}
                    description={t(`updates.onFailureNotes.${value}`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <Radio.Group
              label={t('updates.background')}
              value={criteria.background}
              onChange={(value) => change({ background: backgrounds.find((each) => each === value) ?? 'none' })}
            >
              <Stack gap={8} mt={8}>
                {backgrounds.map((value) => (
                  <Radio
                    key={value}
                    value={value}
                    label={t(`updates.backgroundKinds.${value}`)}
                    description={t(`updates.backgroundNotes.${value}`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
          </Stack>
        </Section>
        {error !== null && error !== undefined && <ProblemAlert error={error} />}
        <Group justify="flex-end" gap="xs">
          {lacking !== null && (
            <Text size="sm" c="dimmed">
              {t(`updates.missing.${lacking}`)}
            </Text>
          )}
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              {t('actions.cancel')}
            </Button>
          )}
          <Button type="submit" loading={isPending} disabled={!isComplete}>
            {t('actions.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
