// The fields of a cut-off: none, at an instant of a named zone, or at the wall time of each workstation.
import { Group, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { type Criteria, toInstant } from './criteria.ts';

type CutoffCriteria = Pick<Criteria, 'cutoff' | 'cutoffTime' | 'zone'>;

interface CutoffFieldsProps {
  readonly value: CutoffCriteria;
  readonly onChange: (change: Partial<CutoffCriteria>) => void;
  readonly error?: string | undefined;
}

const kinds = ['none', 'zone', 'workstation'] as const;

/** The choice of a time zone by its IANA name. */
export function ZoneSelect({ value, onChange }: { value: string; onChange: (zone: string) => void }): ReactNode {
  const { t } = useTranslation();
  const zones = useMemo(() => {
    const known = Intl.supportedValuesOf('timeZone');
    return known.includes(value) ? known : [value, ...known];
  }, [value]);
  return (
    <Select
      label={t('updates.zone')}
      w={260}
      searchable
      allowDeselect={false}
      limit={60}
      data={zones}
      value={value}
      nothingFoundMessage={t('table.nothingFound')}
      onChange={(zone) => {
        if (zone !== null) onChange(zone);
      }}
    />
  );
}

/** The fields, with what the chosen time means in words. */
export function CutoffFields({ value, onChange, error }: CutoffFieldsProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const instant = value.cutoff === 'zone' ? toInstant(value.cutoffTime, value.zone) : null;
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t('fields.cutoff')}
        description={t('updates.cutoffNote')}
        value={value.cutoff}
        onChange={(next) => onChange({ cutoff: kinds.find((kind) => kind === next) ?? 'none' })}
      >
        <Stack gap={8} mt={8}>
          {kinds.map((kind) => (
            <Radio key={kind} value={kind} label={t(`updates.cutoffKinds.${kind}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {value.cutoff !== 'none' && (
        <Group align="flex-start">
          <TextInput
            label={t('updates.cutoffTime')}
            type="datetime-local"
            required
            w={230}
            value={value.cutoffTime}
            error={error}
            onChange={(event) => onChange({ cutoffTime: event.currentTarget.value })}
          />
          {value.cutoff === 'zone' && <ZoneSelect value={value.zone} onChange={(zone) => onChange({ zone })} />}
        </Group>
      )}
      {instant !== null && (
        <Text size="sm" c="dimmed">
          {t('updates.cutoffMeansInstant', { time: format.exact(instant) })}
        </Text>
      )}
      {value.cutoff === 'workstation' && value.cutoffTime !== '' && (
        <Text size="sm" c="dimmed">
          {t('updates.cutoffMeansLocal', { time: format.local(value.cutoffTime) })}
        </Text>
      )}
    </Stack>
  );
}
