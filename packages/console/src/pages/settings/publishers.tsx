// Whose signature a product accepts.
import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import type { Product, Publisher } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { Section } from '../../components/page.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';

/** The publishers; one can be taken off. */
export function Publishers({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('products.manage');
  const [removing, setRemoving] = useState<Publisher | null>(null);
  const save = useAction<Publisher, Product>({
    run: (gone) =>
      patch<Product>(`/products/${product.id}`, {
        publishers: product.publishers.filter(
          (publisher) => publisher.subject !== gone.subject || publisher.issuer !== gone.issuer,
        ),
      }),
    refresh: ['products'],
    done: () => t('products.saved'),
    then: () => setRemoving(null),
  });
  return (
    <Section title={t('products.publishers')} note={t('products.publishersNote')}>
      {product.publishers.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('products.noPublishers')}
        </Text>
      ) : (
        <Stack gap="sm">
          {product.publishers.map((publisher) => (
            <Group key={`${publisher.subject}\n${publisher.issuer}`} justify="space-between" wrap="nowrap">
              <div style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
                <Text size="sm" fw={550}>
                  {publisher.subject}
                </Text>
                <Text size="xs" c="dimmed">
                  {t('fields.issuer')}: {publisher.issuer}
                </Text>
              </div>
              {mayManage && (
                <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRemoving(publisher)}>
                  {t('actions.remove')}
                </Button>
              )}
            </Group>
          ))}
        </Stack>
      )}
      {removing !== null && (
        <ActionDialog
          title={t('products.removePublisher')}
          confirm={t('actions.remove')}
          danger
          isPending={save.isPending}
          error={save.error}
          onConfirm={() => save.mutate(removing)}
          onClose={() => setRemoving(null)}
        >
          <Text size="sm">{t('products.removePublisherNote', { subject: removing.subject })}</Text>
        </ActionDialog>
      )}
    </Section>
  );
}
