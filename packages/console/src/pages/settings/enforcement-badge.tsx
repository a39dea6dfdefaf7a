// Whether a product refuses, or only shows who would be refused.
import Eye from 'lucide-react/icons/eye';
import ShieldCheck from 'lucide-react/icons/shield-check';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Product } from '../../api/types.ts';
import { StateBadge } from '../../components/state-badge.tsx';

/** The sign. */
export function EnforcementBadge({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  return product.enforcement === 'enforce' ? (
    <StateBadge tone="success" icon={ShieldCheck} label={t('products.enforce')} />
  ) : (
    <StateBadge tone="warning" icon={Eye} label={t('products.observe')} />
  );
}
