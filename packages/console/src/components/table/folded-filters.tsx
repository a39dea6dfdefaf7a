// The filters of a list: in a row where there is room, behind a button with the number that are set where there is not.
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import ListFilter from 'lucide-react/icons/list-filter';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data-table.module.css';

interface FoldedFiltersProps {
  /** How many of them are set. */
  readonly count: number;
  readonly children: ReactNode;
}

/** The filters; which of the two forms is shown is for the style to say. */
export function FoldedFilters({ count, children }: FoldedFiltersProps): ReactNode {
  const { t } = useTranslation();
  const id = useId();
  const [isOpen, fold] = useDisclosure(false);
  return (
    <>
      <Button
        size="xs"
        variant={count > 0 ? 'light' : 'default'}
        className={classes.fold}
        leftSection={<ListFilter size={14} aria-hidden />}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={fold.toggle}
      >
        {count > 0 ? t('table.filtersSet', { count }) : t('table.filters')}
      </Button>
      <div id={id} className={classes.folded} data-open={isOpen}>
        {children}
      </div>
    </>
  );
}
