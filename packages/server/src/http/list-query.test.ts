// What a list's query may ask for.
import { expect, test } from 'vitest';
import * as z from 'zod';
import { listAnswer, listQuery, rowsOf } from './list-query.ts';

const schema = listQuery(['name', 'uploadedAt'], '-uploadedAt', { status: z.enum(['a', 'b']).optional() });

test('without anything it is the first fifty in the initial order', () => {
  expect(schema.parse({})).toEqual({ page: 1, pageSize: 50, sort: { field: 'uploadedAt', direction: 'desc' } });
});

test('reads page, order, text and filters from texts', () => {
  const query = schema.parse({ page: '3', pageSize: '20', sort: 'name', q: 'x', status: 'a' });
  expect(query).toEqual({ page: 3, pageSize: 20, sort: { field: 'name', direction: 'asc' }, q: 'x', status: 'a' });
  expect(rowsOf(query)).toEqual({ limit: 20, offset: 40 });
  expect(listAnswer(['i'], 41, query)).toEqual({ items: ['i'], total: 41, page: 3, pageSize: 20 });
});

test.each([
  { page: '0' },
  { page: '1.5' },
  { pageSize: '501' },
  { pageSize: 'all' },
  { sort: 'secret' },
  { sort: '--name' },
  { sort: '' },
  { status: 'c' },
  { stats: 'a' },
])('refuses %j', (query) => {
  expect(schema.safeParse(query).success).toBe(false);
});
