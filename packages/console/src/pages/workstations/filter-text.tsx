// A filter of workstations in words: for the list of groups, and for its file.
import { Badge, Group as Row } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WorkstationFilter } from '../../api/types.ts';
import { useProducts } from '../../state/use-products.ts';
import { answerName } from './answers.ts';

const labels = {
  status: 'fields.status',
  version: 'fields.version',
  below: 'workstations.below',
  verdict: 'fields.lastAnswer',
  code: 'fields.code',
  product: 'fields.product',
  group: 'fields.group',
  tag: 'fields.tag',
  q: 'table.search',
} as const satisfies Partial<Record<keyof WorkstationFilter, string>>;

/** Each part of a filter in words; a product by its name where it is known. */
export function filterParts(
  filter: WorkstationFilter,
  t: TFunction,
  products: readonly { readonly id: string; readonly name: string }[],
): string[] {
  const names = Object.keys(labels) as (keyof typeof labels)[];
  return names.flatMap((name) => {
    const value = filter[name];
    if (value === undefined) return [];
    const text =
      name === 'verdict' && filter.verdict !== undefined
        ? answerName(filter.verdict, t)
        : name === 'status' && filter.status !== undefined
          ? t(`states.workstation.${filter.status}`)
          : name === 'product'
            ? (products.find(({ id }) => id === value)?.name ?? String(value))
            : String(value);
    return [`${t(labels[name])}: ${text}`];
  });
}

/** The parts as small signs. */
export function FilterText({ filter }: { filter: WorkstationFilter }): ReactNode {
  const { t } = useTranslation();
  const { products } = useProducts();
  const parts = filterParts(filter, t, products);
  if (parts.length === 0) return t('workstations.allOfThem');
  return (
    <Row gap={4}>
      {parts.map((part) => (
        <Badge
          key={part}
          variant="default"
          tt="none"
          fw={500}
          size="sm"
          styles={{ root: { height: 'auto', maxWidth: '100%' }, label: { whiteSpace: 'normal' } }}
        >
          {part}
        </Badge>
      ))}
    </Row>
  );
}
