// A box in which something wide scrolls sideways, so that the page does not; by keyboard too.
import type { ReactNode } from 'react';

/** The box; `label` says to whoever cannot see it what scrolls. */
export function ScrollBox({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <div role="region" aria-label={label} tabIndex={0} style={{ overflowX: 'auto' }}>
      {children}
    </div>
  );
}
