// How far an update is: one bar with its parts, each also in words and numbers.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Counts } from '../api/types.ts';
import { useFormat } from '../format/use-format.ts';
import classes from './progress-parts.module.css';

/** The parts of a bar, in its order, with the assignment states that each sums up. */
export const partStates = {
  installed: ['installed'],
  underWay: ['downloading', 'downloaded', 'installing'],
  offered: ['offered', 'deferred'],
  waiting: ['waiting'],
  failed: ['failed'],
  leftOut: ['superseded', 'cancelled', 'not-applicable'],
} as const satisfies Record<string, readonly (keyof Counts)[]>;

/** A part of the bar. */
export type Part = keyof typeof partStates;

const parts = Object.keys(partStates) as Part[];

/** How many assignments each part has. */
export function partCounts(counts: Counts): Record<Part, number> {
  const sum = (part: Part) => partStates[part].reduce((total, state) => total + counts[state], 0);
  return Object.fromEntries(parts.map((part) => [part, sum(part)])) as Record<Part, number>;
}

/** The bar; with `legend` every part that is not empty stands below it in words. */
export function ProgressParts(properties: { counts: Counts; total: number; legend?: boolean }): ReactNode {
  const { counts, total, legend = false } = properties;
  const { t } = useTranslation();
  const format = useFormat();
  const byPart = partCounts(counts);
  const shown = parts.filter((part) => byPart[part] > 0);
  const words = shown.map((part) => `${t(`parts.${part}`)}: ${format.number(byPart[part])}`).join(', ');
  const installedShare = total === 0 ? 0 : byPart.installed / total;
  return (
    <div className={classes.progress}>
      <div className={classes.line}>
        <div className={classes.bar} role="img" aria-label={total === 0 ? t('parts.none') : words}>
          {shown.map((part) => (
            <div key={part} data-part={part} style={{ flexGrow: byPart[part] }} />
          ))}
        </div>
        <span className={classes.share}>{total === 0 ? '–' : format.share(installedShare)}</span>
      </div>
      {legend && shown.length > 0 && (
        <ul className={classes.legend} aria-hidden>
          {shown.map((part) => (
            <li key={part}>
              <i data-part={part} />
              {t(`parts.${part}`)} <b>{format.number(byPart[part])}</b>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
