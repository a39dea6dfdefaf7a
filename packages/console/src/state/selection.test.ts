// Choosing rows: one by one, a page, all that match.
import { describe, expect, it } from 'vitest';
import {
  isSelected,
  nothingSelected,
  pageState,
  type Selection,
  selectedCount,
  toggle,
  togglePage,
} from './selection.ts';

const page = ['a', 'b', 'c'];

describe('a selection', () => {
  it('keeps rows of other pages', () => {
    const first = togglePage(nothingSelected, page);
    const second = togglePage(first, ['d']);
    expect(selectedCount(second)).toBe(4);
    expect(selectedCount(togglePage(second, page))).toBe(1);
  });

  it('fills up a page that is chosen in part', () => {
    const some = toggle(nothingSelected, 'b', page);
    expect(pageState(some, page)).toBe('some');
    expect(pageState(togglePage(some, page), page)).toBe('whole');
  });

  it('of all that match falls back to the page when one row is let go', () => {
    const all: Selection = { kind: 'all', total: 900 };
    expect(selectedCount(all)).toBe(900);
    const rest = toggle(all, 'b', page);
    expect(rest.kind).toBe('ids');
    expect(page.filter((id) => isSelected(rest, id))).toEqual(['a', 'c']);
  });
});
