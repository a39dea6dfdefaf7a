// Enforcing or only observing a product; turning enforcement on names who would be refused.
import { Alert, Button, Group, NumberInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Observed, Product, ProductPatch } from '../../api/types.ts';
import { now } from '../../clock.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { ObservedNumbers } from '../../components/observed-numbers.tsx';
import { Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';

const hour = 3_600_000;

/** The section. */
export function EnforcementSection({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('products.manage');
  const [isOpen, setOpen] = useState(false);
  const isObserving = product.enforcement === 'observe';
  const observed = useObserved(product);
  return (
    <Section title={t('products.enforcement')}>
      <Group justify="space-between" wrap="wrap">
        <Text size="sm" maw={560}>
          {isObserving ? t('products.observeNote') : t('products.enforceNote')}
          {isObserving && product.enforcementUntil !== null && (
            <>
              {' '}
              {t('products.observeUntil')} <TimeText at={product.enforcementUntil} />
            </>
          )}
        </Text>
        {mayManage && (
          <Button variant={isObserving ? 'filled' : 'default'} onClick={() => setOpen(true)}>
            {isObserving ? t('products.beginEnforcing') : t('products.beginObserving')}
          </Button>
        )}
      </Group>
      {isObserving && observed !== undefined && (
        <Alert color={observed.wouldBlock > 0 ? 'yellow' : 'gray'} variant="light" mt="sm">
          <ObservedNumbers observed={observed} />
        </Alert>
      )}
      {isOpen &&
        (isObserving ? (
          <EnforceDialog product={product} onClose={() => setOpen(false)} />
        ) : (
          <ObserveDialog product={product} onClose={() => setOpen(false)} />
        ))}
    </Section>
  );
}

function useSave(product: Product, onClose: () => void) {
  const { t } = useTranslation();
  return useAction<ProductPatch, Product>({
    run: (body) => patch<Product>(`/products/${product.id}`, body),
    refresh: ['products', 'overview', 'workstations'],
    done: () => t('products.saved'),
    then: onClose,
  });
}

/** Who would be refused were the product enforced; undefined while that is not known, and where it is enforced. */
function useObserved(product: Product): Observed | undefined {
  const overview = useQuery({ ...queries.overview(), staleTime: 0, enabled: product.enforcement === 'observe' });
  return overview.data?.observed.find((candidate) => candidate.product.id === product.id);
}

function EnforceDialog({ product, onClose }: { product: Product; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const observed = useObserved(product);
  const save = useSave(product, onClose);
  return (
    <ActionDialog
      title={t('products.enforceTitle', { name: product.name })}
      confirm={t('products.beginEnforcing')}
      danger={(observed?.wouldBlock ?? 0) > 0}
      isPending={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate({ enforcement: 'enforce', enforcementUntil: null })}
      onClose={onClose}
    >
      {observed === undefined ? (
        <Text size="sm">{t('products.enforceUnknown')}</Text>
      ) : (
        <Alert color={observed.wouldBlock > 0 ? 'red' : 'gray'} variant="light">
          <ObservedNumbers observed={observed} />
        </Alert>
      )}
    </ActionDialog>
  );
}

function ObserveDialog({ product, onClose }: { product: Product; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [hours, setHours] = useState<number | string>('');
  const save = useSave(product, onClose);
  const end = Number(hours) > 0 ? new Date(now() + Number(hours) * hour).toISOString() : null;
  return (
    <ActionDialog
      title={t('products.observeTitle', { name: product.name })}
      confirm={t('products.beginObserving')}
      danger
      isPending={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate({ enforcement: 'observe', enforcementUntil: end })}
      onClose={onClose}
    >
      <Text size="sm">{t('products.observeMeans')}</Text>
      <NumberInput
        label={t('products.observeHours')}
        description={t('products.observeHoursNote')}
        min={1}
        max={8760}
        w={220}
        value={hours}
        onChange={setHours}
      />
    </ActionDialog>
  );
}
