// What a filter of workstations comes to once its references are looked up.
import type { WorkstationFilter } from '@usher/protocol';

/** A filter whose references are resolved: ready to be made a query of. */
export interface ResolvedFilter extends Omit<WorkstationFilter, 'product' | 'group'> {
  /** The product that was asked for. */
  readonly productId: string | undefined;
  /** The product whose version is meant; undefined for that of any. */
  readonly versionOf: string | undefined;
  /** The products whose last answer is meant; undefined where no answer is asked for. */
  readonly answerOf: readonly string[] | undefined;
  /** The filter that the group saved. */
  readonly saved: ResolvedFilter | undefined;
}
