// Facts as pairs of a name and a value, aligned.
import { ActionIcon, CopyButton, Group, Tooltip } from '@mantine/core';
import Check from 'lucide-react/icons/check';
import Copy from 'lucide-react/icons/copy';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './fact-list.module.css';

/** A name and its value; those without a value are not shown. */
export type Fact = readonly [name: string, value: ReactNode];

/** Facts as a definition list. */
export function FactList({ facts }: { facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

/** A code, an id or a hash, with a button that copies it. */
export function CodeText({ value }: { value: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap" component="span" align="flex-start">
      <code className={classes.code}>{value}</code>
      <CopyButton value={value} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('actions.copied') : t('actions.copy')}>
            <ActionIcon size={20} onClick={copy} aria-label={t('actions.copyValue', { value })}>
              {copied ? <Check size={13} /> : <Copy size={13} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
