// The steps from an empty server to a running update, and which of them are done.
import type { Overview } from '../../api/types.ts';

/** The steps, in order. */
export const steps = ['upload', 'approve', 'key', 'authorize', 'update'] as const;

/** One of them. */
export type Step = (typeof steps)[number];

/** Which steps are done. A step that speaks of a machine is done once there is one. */
export function stepsDone(overview: Overview): Readonly<Record<Step, boolean>> {
  return {
    upload: overview.installers.total > 0,
    approve: overview.installers.approved > 0,
    key: overview.workstations.total > 0,
    authorize: overview.workstations.authorized > 0,
    update: overview.running.length > 0,
  };
}
