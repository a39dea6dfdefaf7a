// The schema of an answer without a body.
import * as z from 'zod';

/** `response: { 204: noContent }`. */
export const noContent = z.null().describe('Done');
