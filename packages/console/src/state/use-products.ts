// The products, for filters and forms.
import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.ts';
import type { Product } from '../api/types.ts';

const none: Product[] = [];

/** Every product, and the same as options of a choice. */
export function useProducts(): { products: Product[]; options: { value: string; label: string }[]; isLoaded: boolean } {
  const { data } = useQuery(queries.products());
  const products = data?.items ?? none;
  return {
    products,
    options: products.map((product) => ({ value: product.id, label: product.name })),
    isLoaded: data !== undefined,
  };
}
