// Whose signature a product accepts.
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import type { Product, Publisher } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { Section } from '../../components/page.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';

/** Whether two entries are the same: the names alone may stand there with several keys. */
function isSame(one: Publisher, other: Publisher): boolean {
  return one.subject === other.subject && one.issuer === other.issuer && one.authorityKey === other.authorityKey;
}

/** The publishers; one can be added, or taken off. */
export function Publishers({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('products.manage');
  const [removing, setRemoving] = useState<Publisher | null>(null);
  const [isAdding, setAdding] = useState(false);
  const save = useAction<Publisher, Product>({
    run: (gone) =>
      patch<Product>(`/products/${product.id}`, {
        publishers: product.publishers.filter((publisher) => !isSame(publisher, gone)),
      }),
    refresh: ['products'],
    done: () => t('products.saved'),
    then: () => setRemoving(null),
  });
  return (
    <Section
      title={t('products.publishers')}
      note={t('products.publishersNote')}
      aside={
        mayManage && (
          <Button size="xs" variant="default" leftSection={<Plus size={14} />} onClick={() => setAdding(true)}>
            {t('products.addPublisher')}
          </Button>
        )
      }
    >
      {product.publishers.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('products.noPublishers')}
        </Text>
      ) : (
        <Stack gap="sm">
          {product.publishers.map((publisher) => (
            <Group
              key={`${publisher.subject}\n${publisher.issuer}\n${publisher.authorityKey ?? ''}`}
              justify="space-between"
              wrap="nowrap"
            >
              <div style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
                <Text size="sm" fw={550}>
                  {publisher.subject}
                </Text>
                <Text size="xs" c="dimmed">
                  {t('fields.issuer')}: {publisher.issuer}
                </Text>
                {publisher.authorityKey !== undefined && (
                  <Text size="xs" c="dimmed" title={publisher.authorityKey}>
                    {t('products.authorityKey')}: <code>{publisher.authorityKey.slice(0, 16)}…</code>
                  </Text>
                )}
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
      {isAdding && <AddPublisher product={product} onClose={() => setAdding(false)} />}
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

function AddPublisher({ product, onClose }: { product: Product; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [subject, setSubject] = useState('');
  const [issuer, setIssuer] = useState('');
  const add = useAction<undefined, Product>({
    run: () =>
      patch<Product>(`/products/${product.id}`, {
        publishers: [...product.publishers, { subject: subject.trim(), issuer: issuer.trim() }],
      }),
    refresh: ['products'],
    done: () => t('products.publisherAdded'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('products.addPublisher')}
      confirm={t('actions.save')}
      ready={subject.trim() !== '' && issuer.trim() !== ''}
      isPending={add.isPending}
      error={add.error}
      size="lg"
      onConfirm={() => add.mutate(undefined)}
      onClose={onClose}
    >
      <Text size="sm">{t('products.addPublisherNote')}</Text>
      <TextInput
        label={t('fields.subject')}
        placeholder={t('products.publisherExample')}
        required
        data-autofocus
        maxLength={1000}
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
      <TextInput
        label={t('fields.issuer')}
        placeholder={t('products.issuerExample')}
        required
        maxLength={1000}
        value={issuer}
        onChange={(event) => setIssuer(event.currentTarget.value)}
      />
    </ActionDialog>
  );
}
