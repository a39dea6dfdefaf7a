// Tests of targets metadata for thousands of targets: the same as the library's, whatever they hold.
import { Metadata, MetadataKind } from '@tufjs/models';
import { describe, expect, it } from 'vitest';
import { forged, roleKeys, TestRepository } from '../test-support/repository.ts';
import { targetsFromJson } from './linear-targets.ts';

type Json = Parameters<typeof targetsFromJson>[0];

const { repository } = new TestRepository(new Date('2026-11-22T08:00:00Z'));
const json = (change: object) => {
  const bytes = forged(repository.targets, (signed) => ({ ...signed, ...change }), [roleKeys.targets]);
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
};

describe('targets metadata', () => {
  it.each([
    ['as published', {}],
    ['with no targets', { targets: {} }],
    ['with unknown members', { 'x-more': [1, { a: null }] }],
    ['with a target called __proto__', { targets: JSON.parse('{"__proto__":{"length":1,"hashes":{}}}') as object }],
    [
      'with delegations',
      { delegations: { keys: {}, roles: [{ name: 'a', paths: ['*'], keyids: [], threshold: 1, terminating: true }] } },
    ],
  ])('%s are what the library makes of them', (_what, change) => {
    const expected = Metadata.fromJSON(MetadataKind.Targets, json(change));
    const actual = targetsFromJson(json(change));
    expect(actual.toJSON()).toEqual(expected.toJSON());
    expect(actual.signed.equals(expected.signed)).toBe(true);
  });

  it.each(
    [[], null, 1, 'x', { a: null }, { a: {} }, { a: { length: '1', hashes: {} } }].map((targets) => ({ targets })),
  )('with %j are refused', (change) => {
    expect(() => targetsFromJson(json(change))).toThrow(TypeError);
  });
});
