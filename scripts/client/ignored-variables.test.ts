// Node's constants are emptied, and nothing else of its binary is touched.
import { describe, expect, test } from 'vitest';
import { withoutVariables } from './ignored-variables.ts';

const text = (...parts: readonly string[]) => Buffer.from(parts.join(''), 'latin1');

describe('withoutVariables', () => {
  test('empties the name where it stands as a constant', () => {
    const node = text('abc\0NODE_OPTIONS\0def');
    const deaf = withoutVariables(node, ['NODE_OPTIONS']);
    expect(deaf.equals(text('abc\0\0ODE_OPTIONS\0def'))).toBe(true);
    expect(node.includes('NODE_OPTIONS')).toBe(true);
  });

  test("leaves V8's prepared strings, and longer names, as they are", () => {
    const prepared = text('\x0c\0\0\0NODE_OPTIONS\0\0\0\0');
    const longer = text('\0NODE_OPTIONS_MORE\0');
    const deaf = withoutVariables(Buffer.concat([prepared, longer, text('..\0NODE_OPTIONS\0')]), ['NODE_OPTIONS']);
    expect(deaf.subarray(0, prepared.length + longer.length).equals(Buffer.concat([prepared, longer]))).toBe(true);
  });

  test('refuses a Node in which a name stands not once', () => {
    expect(() => withoutVariables(text('abc'), ['NODE_OPTIONS'])).toThrow('NODE_OPTIONS stands 0 times');
    const twice = text('..\0NODE_OPTIONS\0..\0NODE_OPTIONS\0');
    expect(() => withoutVariables(twice, ['NODE_OPTIONS'])).toThrow('2 times');
  });
});
