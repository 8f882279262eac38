import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Candidate, createRotation, type Rotation } from '../../../src/balancer/rotation/rotation.ts';
import { compareNames } from '../../../src/balancer/rotation/slot-order.ts';

const slots = (...numbers: number[]): Candidate[] =>
  numbers
    .map((number) => ({ name: `prod-${number}`, weight: 1 }))
    .sort((one, other) => compareNames(one.name, other.name));

function picks(rotation: Rotation, candidates: readonly Candidate[], count: number): string[] {
  return Array.from({ length: count }, () => rotation.pick(candidates)?.name.replace('prod-', '') ?? 'none');
}

describe('createRotation with equal weights', () => {
  it('walks 0, 1, 2, 0, 1, 2', () => {
    const rotation = createRotation(0);

    const order = picks(rotation, slots(0, 1, 2), 7);

    expect(order).toEqual(['0', '1', '2', '0', '1', '2', '0']);
  });

  it.each([
    { start: 0, first: '0' },
    { start: 0.34, first: '1' },
    { start: 0.99, first: '2' },
  ])('begins at $first when the random start is $start', ({ start, first }) => {
    expect(picks(createRotation(start), slots(0, 1, 2), 1)).toEqual([first]);
  });

  it('counts as people do: prod-10 comes after prod-9', () => {
    const rotation = createRotation(0);

    expect(picks(rotation, slots(10, 9, 8), 4)).toEqual(['8', '9', '10', '8']);
  });

  it('goes on behind the last one when that one left', () => {
    const rotation = createRotation(0);
    picks(rotation, slots(0, 1, 2), 2);

    expect(picks(rotation, slots(0, 2), 3)).toEqual(['2', '0', '2']);
  });

  it('gives a joiner its place in the order and no backlog', () => {
    const rotation = createRotation(0);
    picks(rotation, slots(0, 2), 100);

    expect(picks(rotation, slots(0, 1, 2), 4)).toEqual(['0', '1', '2', '0']);
  });

  it('has nothing to pick from an empty set, and goes on afterwards', () => {
    const rotation = createRotation(0);
    picks(rotation, slots(0, 1), 1);

    expect(picks(rotation, [], 1)).toEqual(['none']);
    expect(picks(rotation, slots(0, 1), 1)).toEqual(['1']);
  });

  it('differs by at most one pick between backends in any window, whatever else joins and leaves', () => {
    const changes = fc.array(fc.uniqueArray(fc.integer({ min: 2, max: 9 })), { minLength: 5, maxLength: 80 });

    fc.assert(
      fc.property(changes, fc.double({ min: 0, max: 0.999, noNaN: true }), (others, start) => {
        const rotation = createRotation(start);
        const order = others.map((numbers) => rotation.pick(slots(0, 1, ...numbers))?.name);

        // The lead of one over the other after each pick; a window's difference is the difference of two leads.
        const leads = [0];
        for (const name of order) {
          leads.push((leads.at(-1) ?? 0) + Number(name === 'prod-0') - Number(name === 'prod-1'));
        }

        expect(Math.max(...leads) - Math.min(...leads)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  it('picks each of N exactly once in any N picks of a stable set', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (size, start) => {
        const candidates = slots(...Array.from({ length: size }, (_, index) => index));
        const order = picks(createRotation(start), candidates, size * 4);

        for (let from = 0; from + size <= order.length; from += 1) {
          expect(new Set(order.slice(from, from + size)).size).toBe(size);
        }
      }),
    );
  });
});

describe('createRotation with weights', () => {
  it('gives a backend of weight 0.25 every fourth of its turns, evenly spread', () => {
    const candidates = [...slots(0), { name: 'prod-1', weight: 0.25 }];

    const order = picks(createRotation(0), candidates, 10);

    expect(order).toEqual(['0', '0', '0', '0', '1', '0', '0', '0', '0', '1']);
  });

  it('gives all the work to a slow one when nobody else is there', () => {
    expect(picks(createRotation(0), [{ name: 'prod-1', weight: 0.1 }], 3)).toEqual(['1', '1', '1']);
  });

  it('forgets what a backend had earned when it is told that it left', () => {
    const rotation = createRotation(0);
    const slow = [...slots(0), { name: 'prod-1', weight: 0.5 }];
    picks(rotation, slow, 2);

    rotation.forget('prod-1');

    expect(picks(rotation, slow, 3)).toEqual(['0', '1', '0']);
  });

  it('keeps every share less than two picks off its weight', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 6 });

    fc.assert(
      fc.property(weights, (tenths) => {
        const candidates = tenths.map((tenth, index) => ({ name: `prod-${index}`, weight: tenth / 10 }));
        const heaviest = Math.max(...tenths);
        const rotation = createRotation(0);
        const counts = new Map<string, number>();
        const laps = 20;
        const first = candidates.find(({ weight }) => weight * 10 === heaviest)?.name;

        while ((counts.get(first ?? '') ?? 0) < laps) {
          const name = rotation.pick(candidates)?.name ?? '';
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }

        for (const { name, weight } of candidates) {
          expect(Math.abs((counts.get(name) ?? 0) - (laps * weight * 10) / heaviest)).toBeLessThan(2);
        }
      }),
    );
  });
});
