// Prohibiting a version by number, or everything below one: the numbers first.
import { isVersion } from '@usher/core';
import { Checkbox, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { Impact, Product } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';
import { ImpactText } from '../installers/impact-text.tsx';

/** A dry run needs a reason too, though none is recorded. */
const dryReason = '-';

/** The dialog. */
export function ProhibitDialog({ product, onClose }: { product: Product; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayUpdate = usePermission('updates.manage');
  const [kind, setKind] = useState<'version' | 'below'>('version');
  const [text, setText] = useState('');
  const [wantsUpdate, setWantsUpdate] = useState(true);
  const [version] = useDebouncedValue(text.trim(), 300);
  const isReadable = isVersion(version);
  const member = kind === 'version' ? { version } : { below: version };
  const path = `/products/${product.id}/prohibitions`;
  const impact = useQuery({
    queryKey: ['products', 'impact', product.id, kind, version] as const,
    queryFn: ({ signal }) => post<Impact>(`${path}?dryRun=true`, { ...member, reason: dryReason }, signal),
    enabled: isReadable,
  });
  const isStranding = (impact.data?.stranded ?? 0) > 0;
  const prohibit = useAction<string | undefined>({
    run: (reason) => post(path, { ...member, reason }),
    refresh: ['products', 'installers', 'workstations', 'overview'],
    done: () => t('products.prohibited'),
    then: () => {
      onClose();
      if (mayUpdate && isStranding && wantsUpdate) {
        void navigate({ to: '/updates/new', search: { product: product.id } });
      }
    },
  });
  return (
    <ActionDialog
      title={t('products.prohibitTitle', { name: product.name })}
      confirm={t('products.prohibit')}
      danger
      reason="required"
      {...(isReadable && {
        typed: { label: t('installers.typeVersion', { version }), expected: version },
      })}
      ready={isReadable && impact.isSuccess && version === text.trim()}
      isPending={prohibit.isPending}
      error={prohibit.error}
      size="lg"
      onConfirm={(reason) => prohibit.mutate(reason)}
      onClose={onClose}
    >
      <Stack gap={6}>
        <SegmentedControl
          aria-label={t('products.prohibitWhat')}
          value={kind}
          data={[
            { value: 'version', label: t('products.oneVersion') },
            { value: 'below', label: t('products.allBelow') },
          ]}
          onChange={(next) => setKind(next === 'below' ? 'below' : 'version')}
        />
        <TextInput
          label={t('fields.version')}
          description={kind === 'below' ? t('products.belowNote') : t('products.versionNote')}
          required
          data-autofocus
          value={text}
          error={text.trim() !== '' && !isVersion(text.trim()) ? t('products.notAVersion') : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Stack>
      {isReadable ? (
        <ImpactText
          impact={impact.data}
          error={impact.error}
          isRange={kind === 'below'}
          list={{ product: product.id, [kind]: version }}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {t('products.impactAfterNumber')}
        </Text>
      )}
      {mayUpdate && isStranding && (
        <Checkbox
          label={t('impact.createUpdate')}
          checked={wantsUpdate}
          onChange={(event) => setWantsUpdate(event.currentTarget.checked)}
        />
      )}
    </ActionDialog>
  );
}
