import { describe, expect, it } from '@jest/globals';
import { createComebacks } from '../../../src/balancer/rotation/comebacks.ts';
import { compareNames } from '../../../src/balancer/rotation/slot-order.ts';
import { slowStartWeight } from '../../../src/balancer/rotation/slow-start.ts';

describe('slowStartWeight', () => {
  it.each([
    { name: 'is full for a backend that never was away', returnedAt: undefined, seconds: 10, now: 0, weight: 1 },
    { name: 'is small right after the return', returnedAt: 1000, seconds: 10, now: 1000, weight: 0.1 },
    { name: 'is half after half the time', returnedAt: 1000, seconds: 10, now: 6000, weight: 0.5 },
    { name: 'is full after all of it', returnedAt: 1000, seconds: 10, now: 11_000, weight: 1 },
    { name: 'stays full afterwards', returnedAt: 1000, seconds: 10, now: 99_000, weight: 1 },
    { name: 'is full at once when slow start is off', returnedAt: 1000, seconds: 0, now: 1000, weight: 1 },
  ])('$name', ({ returnedAt, seconds, now, weight }) => {
    expect(slowStartWeight(returnedAt, seconds, now)).toBeCloseTo(weight);
  });
});

describe('createComebacks', () => {
  it('does not call the first sight of a backend a comeback', () => {
    const comebacks = createComebacks();

    comebacks.note(new Set(['a']), 0);
    comebacks.note(new Set(['a', 'b']), 5000);

    expect(comebacks.returnedAt('a')).toBeUndefined();
    expect(comebacks.returnedAt('b')).toBeUndefined();
  });

  it('tells since when a backend is back', () => {
    const comebacks = createComebacks();
    comebacks.note(new Set(['a', 'b']), 0);
    comebacks.note(new Set(['b']), 1000);

    comebacks.note(new Set(['a', 'b']), 2000);
    comebacks.note(new Set(['a', 'b']), 3000);

    expect(comebacks.returnedAt('a')).toBe(2000);
    expect(comebacks.returnedAt('b')).toBeUndefined();
  });

  it('knows no comeback of a backend that is away', () => {
    const comebacks = createComebacks();
    comebacks.note(new Set(['a']), 0);
    comebacks.note(new Set(), 1000);

    expect(comebacks.returnedAt('a')).toBeUndefined();
  });
});

describe('compareNames', () => {
  it.each([
    { names: ['prod-10', 'prod-2', 'prod-1'], sorted: ['prod-1', 'prod-2', 'prod-10'] },
    { names: ['b', 'a', 'a-0'], sorted: ['a', 'a-0', 'b'] },
    { names: ['x-01', 'x-1', 'x-0'], sorted: ['x-0', 'x-01', 'x-1'] },
  ])('orders $names', ({ names, sorted }) => {
    expect([...names].sort(compareNames)).toEqual(sorted);
  });
});
