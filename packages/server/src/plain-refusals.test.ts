// Whoever sends what cannot be taken reads in plain words what is wrong with it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { refusePlainly } from './plain-refusals.ts';

beforeEach(() => refusePlainly());
afterEach(() => void z.config({ customError: undefined }));

const schema = z.strictObject({
  name: z.string().min(1).max(5).optional(),
  hours: z.int().min(1).max(72).optional(),
  ratio: z.number().gt(0).lt(1).optional(),
  ids: z.array(z.string()).min(1).max(2).optional(),
  password: z.string().min(12).optional(),
  email: z.email().optional(),
  at: z.iso.datetime().optional(),
  kind: z.enum(['msi', 'client']).optional(),
  is: z.boolean().optional(),
  path: z.string().startsWith('/').optional(),
  code: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  own: z.string().min(3, 'says it by itself').optional(),
});

describe('what is refused', () => {
  test.each([
    [{ name: '' }, 'must not be empty'],
    [{ name: 'longer' }, 'must have at most 5 characters'],
    [{ name: 5 }, 'must be a text'],
    [{ hours: 0 }, 'must be at least 1'],
    [{ hours: 99 }, 'must be at most 72'],
    [{ hours: 1.5 }, 'must be a whole number'],
    [{ ratio: 0 }, 'must be more than 0'],
    [{ ratio: 1 }, 'must be less than 1'],
    [{ ids: [] }, 'must not be empty'],
    [{ ids: ['a', 'b', 'c'] }, 'must have at most 2 entries'],
    [{ ids: 'a' }, 'must be a list'],
    [{ password: 'short' }, 'must have at least 12 characters'],
    [{ email: 'foo' }, 'must be an e-mail address, such as ann@example.org'],
    [{ at: 'noon' }, 'must be a time, such as 2026-11-22T08:00:00Z'],
    [{ kind: 'exe' }, 'must be one of msi, client'],
    [{ is: 'yes' }, 'must be true or false'],
    [{ path: 'a' }, 'must begin with "/"'],
    [{ code: 'A' }, 'must be of the form that is described'],
    [{ colour: 'red' }, 'is not known here'],
    [{ colour: 'red', size: 1 }, 'is not known here, nor size'],
    [{ own: 'a' }, 'says it by itself'],
    ['text', 'must be an object'],
  ])('is said in plain words: %j', (input, said) => {
    expect(schema.safeParse(input).error?.issues.map(({ message }) => message)).toEqual([said]);
  });

  test('is missing, where nothing was given', () => {
    const { error } = z.object({ name: z.string(), kind: z.enum(['msi']) }).safeParse({});
    expect(error?.issues.map(({ message }) => message)).toEqual(['is missing', 'is missing']);
  });
});
