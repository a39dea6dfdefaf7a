// Versions that may not run, by number; no MSI needed.
import { Badge, Button, Checkbox, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Ban from 'lucide-react/icons/ban';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remove } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Product, Prohibition } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { ActorText } from '../../components/actor-text.tsx';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';
import { ProhibitDialog } from './prohibit-dialog.tsx';

const none: Prohibition[] = [];

/** The prohibitions of a product. */
export function Prohibitions({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('prohibitions.manage');
  const [showsAll, setShowsAll] = useState(false);
  const query = useQuery(queries.prohibitions(product.id, showsAll));
  const [isAdding, setAdding] = useState(false);
  const [lifting, setLifting] = useState<Prohibition | null>(null);
  const items = query.data?.items ?? none;
  return (
    <Section
      title={t('products.prohibitions')}
      note={t('products.prohibitionsNote')}
      aside={
        mayManage && (
          <Button size="xs" variant="light" color="red" leftSection={<Ban size={14} />} onClick={() => setAdding(true)}>
            {t('products.prohibit')}
          </Button>
        )
      }
    >
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('products.noProhibitions')}
        </Text>
      )}
      {items.length > 0 && (
        <Table fz="sm">
          <Table.Tbody>
            {items.map((prohibition) => (
              <Table.Tr key={prohibition.id}>
                <Table.Td pl={0} fw={600} style={{ whiteSpace: 'nowrap' }}>
                  <ProhibitionName prohibition={prohibition} />
                </Table.Td>
                <Table.Td>
                  {prohibition.reason}
                  <Text size="xs" c="dimmed">
                    <ActorText actor={prohibition.addedBy} /> · <TimeText at={prohibition.addedAt} />
                  </Text>
                  {prohibition.liftedAt !== null && (
                    <Text size="xs" c="dimmed">
                      <Badge size="xs" variant="default" tt="none">
                        {t('products.lifted')}
                      </Badge>{' '}
                      <TimeText at={prohibition.liftedAt} /> · {prohibition.liftedReason}
                    </Text>
                  )}
                </Table.Td>
                {mayManage && (
                  <Table.Td ta="right" pr={0}>
                    {prohibition.liftedAt === null && (
                      <Button size="compact-xs" variant="subtle" onClick={() => setLifting(prohibition)}>
                        {t('products.lift')}
                      </Button>
                    )}
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Group mt="sm">
        <Checkbox
          size="xs"
          label={t('products.showLifted')}
          checked={showsAll}
          onChange={(event) => setShowsAll(event.currentTarget.checked)}
        />
      </Group>
      {isAdding && <ProhibitDialog product={product} onClose={() => setAdding(false)} />}
      {lifting !== null && <LiftDialog product={product} prohibition={lifting} onClose={() => setLifting(null)} />}
    </Section>
  );
}

function ProhibitionName({ prohibition }: { prohibition: Prohibition }): ReactNode {
  const { t } = useTranslation();
  return prohibition.below === null ? prohibition.version : t('products.below', { version: prohibition.below });
}

interface LiftDialogProps {
  readonly product: Product;
  readonly prohibition: Prohibition;
  readonly onClose: () => void;
}

function LiftDialog({ product, prohibition, onClose }: LiftDialogProps): ReactNode {
  const { t } = useTranslation();
  const lift = useAction<string | undefined>({
    run: (reason) => remove(`/products/${product.id}/prohibitions/${prohibition.id}`, { reason }),
    refresh: ['products', 'workstations', 'overview'],
    done: () => t('products.liftedDone'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('products.liftTitle')}
      confirm={t('products.lift')}
      reason="required"
      isPending={lift.isPending}
      error={lift.error}
      onConfirm={(reason) => lift.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t('products.liftNote')}</Text>
    </ActionDialog>
  );
}
