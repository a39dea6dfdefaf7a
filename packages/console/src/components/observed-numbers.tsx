// Who would be refused, or have to update, were a product enforced that is only observed: in numbers, with the lists behind them.
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Observed } from '../api/types.ts';
import { TextLink } from './link.tsx';
import { ObservedReasons } from './observed-reasons.tsx';

/** The numbers, each a link to the workstations that it counts, and the reasons. */
export function ObservedNumbers({ observed }: { observed: Observed }): ReactNode {
  const { t } = useTranslation();
  const product = observed.product.id;
  const lines = [
    ['would-block', observed.wouldBlock, t('products.wouldBlock', { count: observed.wouldBlock })],
    ['would-require', observed.wouldRequire, t('products.wouldRequire', { count: observed.wouldRequire })],
  ] as const;
  return (
    <>
      {lines.map(([verdict, count, text]) => (
        <Text key={verdict} size="sm" fw={verdict === 'would-block' ? 600 : 400} component="p" m={0}>
          {count === 0 ? (
            text
          ) : (
            <TextLink to="/workstations" search={{ product, verdict }}>
              {text}
            </TextLink>
          )}
        </Text>
      ))}
      <ObservedReasons reasons={observed.reasons} />
    </>
  );
}
