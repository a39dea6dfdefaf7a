// What stands in the address is read with care and written without loss.
import { describe, expect, it } from 'vitest';
import { readEventsSearch } from '../pages/events/search.ts';
import { readKeysSearch } from '../pages/settings/search.ts';
import { readWorkstationsSearch, toFilter } from '../pages/workstations/search.ts';
import {
  exactly,
  filtersOf,
  listQuery,
  nextSort,
  parseSearch,
  readFlag,
  readList,
  readOneOf,
  readSort,
  stringifySearch,
} from './search.ts';

describe('the address', () => {
  it('keeps a version as it was written', () => {
    expect(parseSearch('?version=3.10&q=007')).toEqual({ version: '3.10', q: '007' });
    expect(stringifySearch({ version: '3.10', page: 2, retired: true, q: undefined, tag: '' })).toBe(
      '?version=3.10&page=2&retired=true',
    );
  });

  it('comes back from what it was written to', () => {
    const search = { q: 'a & b = c?', status: 'pending' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });

  it.each([['0'], ['-1'], ['1.5'], ['x'], ['9999999']])('takes no page %s', (page) => {
    expect(readList({ page }, []).page).toBeUndefined();
  });

  it.each([
    ['update', 'update'],
    ['update.paused', 'update.paused'],
    ['updat', undefined],
    ['of.another.day', undefined],
  ])('takes the type of event %s for %s', (type, taken) => {
    expect(readEventsSearch({ type }).type).toBe(taken);
  });

  it('says nothing of what is usual anyway', () => {
    expect(readList({ page: '1', pageSize: '50' }, [])).toEqual({
      page: undefined,
      pageSize: undefined,
      sort: undefined,
      q: undefined,
    });
    expect(listQuery({})).toEqual({ page: 1, pageSize: 50 });
  });

  it('lets go of what no list knows, and of an order that a list does not have', () => {
    const read = exactly((raw) => readList(raw, ['hostname']));
    const search = read({ utm_source: 'mail', x: '1', sort: 'shoe-size', q: 'pc' });
    expect(stringifySearch({ ...search })).toBe('?q=pc');
    // What the router merges over the raw address must say of each unknown member that it is gone.
    expect(Object.keys(search)).toEqual(expect.arrayContaining(['utm_source', 'x']));
    expect(read({ sort: '-hostname' }).sort).toBe('-hostname');
    expect(read({ sort: '--hostname' }).sort).toBeUndefined();
  });

  it('takes only what a closed list holds', () => {
    expect(readOneOf('running', ['draft', 'running'])).toBe('running');
    expect(readOneOf('constructor', ['draft', 'running'])).toBeUndefined();
    expect(readFlag('false')).toBeUndefined();
  });
});

describe('sorting', () => {
  it('goes from ascending to descending to the list’s own order', () => {
    const first = nextSort(undefined, 'hostname');
    const second = nextSort(first, 'hostname');
    expect([first, second, nextSort(second, 'hostname')]).toEqual(['hostname', '-hostname', undefined]);
  });

  it('begins anew at another column', () => {
    expect(nextSort('-hostname', 'status')).toBe('status');
    expect(readSort('-status')).toEqual({ field: 'status', descending: true });
  });
});

describe('the filters of a list', () => {
  it('are what stands in its address beside page and order', () => {
    const search = readKeysSearch({ page: '3', pageSize: '25', sort: 'label', status: 'used-up', q: 'floor' });
    expect(filtersOf(search)).toEqual({ status: 'used-up', q: 'floor' });
    expect(filtersOf(readKeysSearch({ status: 'stolen', page: '2' }))).toEqual({});
  });

  it('of workstations are what is done to all that match', () => {
    const search = readWorkstationsSearch({ verdict: 'would-block', code: '2028', below: '3.10', sort: '-user' });
    expect(toFilter(search)).toEqual({ verdict: 'would-block', code: 2028, below: '3.10' });
    expect(toFilter(readWorkstationsSearch({ verdict: 'refused', code: 'many' }))).toEqual({});
  });
});
