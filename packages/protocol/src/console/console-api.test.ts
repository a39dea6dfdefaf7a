// Bodies of the console API: what is taken and what is refused, where the schema itself decides.
import { describe, expect, it } from 'vitest';
import { propertiesSchema } from './installers.ts';
import { addWorkstationsSchema, updateRequestSchema } from './updates.ts';
import { bulkRequestSchema } from './workstations.ts';

describe('properties of an installer', () => {
  it('takes public properties', () => {
    expect(propertiesSchema.safeParse({ ADDLOCAL: 'Pedm,Vault' }).success).toBe(true);
  });

  it.each([
    [{ addlocal: 'x' }, 'a private property'],
    [{ 'ADDLOCAL="x" REMOVE': 'ALL' }, 'a name that is more than a name'],
    [{ REMOVE: 'ALL' }, 'a property that the plan itself sets'],
    [{ ADDLOCAL: 'a\nb' }, 'a value of several lines'],
  ])('refuses %j: %s', (properties, _why) => {
    expect(propertiesSchema.safeParse(properties).success).toBe(false);
  });
});

describe('adding workstations', () => {
  it('asks for at least one way of naming them', () => {
    expect(addWorkstationsSchema.safeParse({}).success).toBe(false);
    expect(addWorkstationsSchema.safeParse({ all: false }).success).toBe(false);
    expect(addWorkstationsSchema.safeParse({ names: ['PC-1'] }).success).toBe(true);
    expect(addWorkstationsSchema.safeParse({ filter: {} }).success).toBe(true);
  });
});

describe('a bulk action', () => {
  it('asks for either ids or a filter', () => {
    expect(bulkRequestSchema.safeParse({ action: 'authorize' }).success).toBe(false);
    expect(bulkRequestSchema.safeParse({ action: 'authorize', ids: ['ws_1'], filter: {} }).success).toBe(false);
    expect(bulkRequestSchema.safeParse({ action: 'authorize', filter: { status: 'pending' } }).success).toBe(true);
  });

  it('asks which tags', () => {
    expect(bulkRequestSchema.safeParse({ action: 'tag', ids: ['ws_1'] }).success).toBe(false);
  });
});

describe('a new update', () => {
  it('refuses members that it does not know, so that a misspelt cut-off is not lost', () => {
    const body = { version: '3.23.0', requirement: 'optional', cutOffAt: '2026-12-01T00:00:00Z' };
    expect(updateRequestSchema.safeParse(body).success).toBe(false);
  });
});
