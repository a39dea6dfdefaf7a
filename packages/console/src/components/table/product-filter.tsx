// The choice of a product above a list; nothing where there is only one to choose.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useProducts } from '../../state/use-products.ts';
import { ChoiceFilter } from './filters.tsx';

interface ProductFilterProps {
  readonly value: string | undefined;
  readonly onChange: (product: string | undefined) => void;
}

/** One of the products, or any. */
export function ProductFilter({ value, onChange }: ProductFilterProps): ReactNode {
  const { t } = useTranslation();
  const { options } = useProducts();
  if (options.length < 2 && value === undefined) return null;
  return <ChoiceFilter label={t('fields.product')} value={value} options={options} searchable onChange={onChange} />;
}
