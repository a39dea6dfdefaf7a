// A problem as it crosses the wire (RFC 9457), the same for people's programs and for workstations.
import * as z from 'zod';
import { problemKinds, type ProblemCode } from './problem-codes.ts';

/** Every problem code, as a list. */
export const problemCodes = Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]];

/** `application/problem+json`. A code that this side does not know is newer than it, so any text is read. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().meta({ description: `One of: ${problemCodes.join(', ')}` }),
  number: z.int().optional().meta({ description: 'The code that a person at the workstation sees' }),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  existing: z
    .object({
      kind: z.literal('installer'),
      id: z.string(),
      version: z.string(),
      architecture: z.string(),
      language: z.string(),
      uploadedAt: z.string(),
      sameFile: z.boolean(),
    })
    .optional()
    .meta({ description: 'What is here already, where that is why' }),
  requestId: z.string().optional(),
});

/** A problem, parsed. */
export type Problem = z.infer<typeof problemSchema>;
