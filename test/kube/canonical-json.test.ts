import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../src/kube/canonical-json.ts';

describe('canonicalJson', () => {
  it.each([
    { name: 'sorts keys, also further down', value: { b: { d: 1, c: 2 }, a: 3 }, text: '{"a":3,"b":{"c":2,"d":1}}' },
    { name: 'keeps the order of lists', value: [{ b: 1, a: 2 }, 'z', 'a'], text: '[{"a":2,"b":1},"z","a"]' },
    { name: 'leaves out what is undefined', value: { a: undefined, b: 1 }, text: '{"b":1}' },
    { name: 'keeps null', value: { a: null }, text: '{"a":null}' },
    { name: 'makes nothing of nothing', value: undefined, text: 'null' },
  ])('$name', ({ value, text }) => {
    expect(canonicalJson(value)).toBe(text);
  });
});
