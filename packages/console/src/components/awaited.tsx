// What stands on a page until the thing it is about has come: that it comes, or why it does not.
import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from './page.tsx';
import { ProblemAlert } from './problem-alert.tsx';

interface AwaitedProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** Of the space that is kept free, in pixels. */
  readonly height: number;
  readonly children: (data: Data) => ReactNode;
}

/** A part of a page. What has come once stays, also where it cannot be asked for anew. */
export function Awaited<Data>({ query, height, children }: AwaitedProps<Data>): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton height={height} />;
}

interface AwaitedPageProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** The list that the thing belongs to: its name stands above while the thing’s own is not known. */
  readonly list: string;
  readonly parent: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** A whole page about one thing; `children` is the page once the thing is there. */
export function AwaitedPage<Data>({ query, list, parent, children }: AwaitedPageProps<Data>): ReactNode {
  const { t } = useTranslation();
  if (query.data !== undefined) return children(query.data);
  return (
    <Page title={query.isError ? list : t('app.loading')} parent={parent}>
      <Awaited query={query} height={320}>
        {children}
      </Awaited>
    </Page>
  );
}
