// A moment as the viewer's zone has it, exact on hover.
import { Tooltip } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useFormat } from '../format/use-format.ts';

/** How often "2 minutes ago" is reckoned anew, in milliseconds. */
const refreshEvery = 15_000;

function useTick(isOn: boolean): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), refreshEvery);
    return () => clearInterval(timer);
  }, [isOn]);
}

/** A moment: date and time, or with `relative` how long ago; a dash where there is none. */
export function TimeText({ at, relative = false }: { at: string | null; relative?: boolean }): ReactNode {
  const format = useFormat();
  useTick(relative && at !== null);
  if (at === null) return <span>–</span>;
  return (
    <Tooltip label={format.exact(at)}>
      <time dateTime={at}>{relative ? format.relative(at) : format.instant(at)}</time>
    </Tooltip>
  );
}
