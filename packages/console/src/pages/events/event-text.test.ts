// An event's data as a line that a person reads.
import { describe, expect, it } from 'vitest';
import { dataText } from './event-text.tsx';

describe('a value of an event', () => {
  it.each([
    ['a thing by its name', { id: 'up_1', name: 'Wave 1' }, 'Wave 1'],
    ['a workstation by its host name', { id: 'ws_1', hostname: 'LIS-0001' }, 'LIS-0001'],
    ['numbers without those that are zero', { waiting: 0, installed: 12, failed: 1 }, 'installed 12, failed 1'],
    ['a long list by its beginning', ['a', 'b', 'c', 'd', 'e'], 'a, b, c, +2'],
    ['what is plain as it stands', false, 'false'],
  ])('shows %s', (_what, value, text) => {
    expect(dataText(value)).toBe(text);
  });
});
