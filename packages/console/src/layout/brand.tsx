// The product's sign and name.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './shell.module.css';

/** The sign with the name; leads to the overview. */
export function Brand(): ReactNode {
  const { t } = useTranslation();
  return (
    <Link to="/" className={classes.brand}>
      <img src="/icon.svg" width={22} height={22} alt="" />
      {t('app.name')}
    </Link>
  );
}
