import { describe, expect, it } from '@jest/globals';
import { busiest } from '../../../src/balancer/sessions/busiest.ts';

describe('busiest', () => {
  it('counts all names, and gives those that come most often first', () => {
    const found = busiest(['b', 'a', 'c', 'c', 'd', 'c', 'b'], 3);

    expect(found).toEqual({ total: 7, names: ['c', 'b', 'a'] });
  });

  it('has no names when there are none', () => {
    expect(busiest([], 10)).toEqual({ total: 0, names: [] });
  });
});
