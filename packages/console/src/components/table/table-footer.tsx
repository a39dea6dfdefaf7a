// Below a list: where in it one is, how old what one sees is, and in which zone its times are.
import { Group, Pagination, Select, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { now } from '../../clock.ts';
import { formatRelative } from '../../format/format.ts';
import { useFormat } from '../../format/use-format.ts';
import { defaultPageSize, type ListSearch, pageSizes } from '../../state/search.ts';

/** How old what one sees is, and in which zone its times are. */
export function AgeAndZone({ updatedAt }: { updatedAt: number }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      {updatedAt > 0 && (
        <>
          <Age updatedAt={updatedAt} />
          {' · '}
        </>
      )}
      {t('table.zone', { zone: format.zone })}
    </>
  );
}

function Age({ updatedAt }: { updatedAt: number }): ReactNode {
  const { t } = useTranslation();
  const { language } = useFormat();
  const [at, setAt] = useState(now);
  useEffect(() => {
    setAt(now());
    const timer = setInterval(() => setAt(now()), 5000);
    return () => clearInterval(timer);
  }, [updatedAt]);
  const isFresh = at - updatedAt < 5000;
  return <>{isFresh ? t('table.ageNow') : t('table.age', { age: formatRelative(updatedAt, at, language) })}</>;
}

interface TableFooterProps {
  readonly search: ListSearch;
  readonly total: number;
  readonly shown: number;
  readonly updatedAt: number;
  readonly onSearch: (patch: ListSearch) => void;
}

/** The footer of a list. */
export function TableFooter({ search, total, shown, updatedAt, onSearch }: TableFooterProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const page = search.page ?? 1;
  const pageSize = search.pageSize ?? defaultPageSize;
  const first = (page - 1) * pageSize + 1;
  const pages = Math.max(1, Math.ceil(total / pageSize));
  return (
    <Group justify="space-between" gap="sm" px="sm" py={8} wrap="wrap">
      <Text size="xs" c="dimmed" data-numeric>
        {shown > 0 && (
          <>
            {t('table.range', {
              first: format.number(first),
              last: format.number(first + shown - 1),
              total: format.number(total),
            })}
            {' · '}
          </>
        )}
        <AgeAndZone updatedAt={updatedAt} />
      </Text>
      {total > Math.min(pageSize, pageSizes[0]) && (
        <Group gap="sm">
          <Select
            size="xs"
            w={116}
            aria-label={t('table.pageSize')}
            allowDeselect={false}
            data={pageSizes.map((size) => ({ value: String(size), label: t('table.perPage', { count: size }) }))}
            value={String(pageSize)}
            onChange={(value) => onSearch({ pageSize: value === null ? undefined : Number(value), page: undefined })}
          />
          {pages > 1 && (
            <Pagination
              size="sm"
              total={pages}
              value={page}
              siblings={1}
              getControlProps={(control) => ({ 'aria-label': t(`table.${control}`) })}
              getItemProps={(item) => ({ 'aria-label': t('table.page', { page: item }) })}
              onChange={(next) => onSearch({ page: next === 1 ? undefined : next })}
            />
          )}
        </Group>
      )}
    </Group>
  );
}
