// Asserts that something is refused, with which code.
import { TrustError, type TrustErrorCode } from '../trust-error.ts';

/** The code that an action is refused with; null where it is not refused. Any other error is passed on. */
export function refusalOf(action: () => unknown): TrustErrorCode | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
}

/** The same for what takes time. */
export async function refusalOfAsync(action: () => Promise<unknown>): Promise<TrustErrorCode | null> {
  try {
    await action();
    return null;
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
}
