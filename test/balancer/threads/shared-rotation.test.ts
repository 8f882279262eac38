import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Candidate, createRotation, type Rotation } from '../../../src/balancer/rotation/rotation.ts';
import { listenerMemory, lockIndex, wipeThread } from '../../../src/balancer/threads/listener-memory.ts';
import { NameTable } from '../../../src/balancer/threads/name-table.ts';
import { createSharedRotation } from '../../../src/balancer/threads/shared-rotation.ts';

const slots = (...numbers: number[]): readonly Candidate[] =>
  numbers.toSorted((one, other) => one - other).map((number) => ({ name: `prod-${number}`, weight: 1 }));

const numberIn = (picked: Candidate | undefined): string => picked?.name.slice('prod-'.length) ?? 'none';

/** As threads have them: each its own rotation and names, over the same memory. */
function rotations(threads: number, start = 0): { rotations: Rotation[]; memory: SharedArrayBuffer } {
  const names = new NameTable();
  // Not in their order, as pods come.
  names.give(
    slots(7, 3, 9, 1, 0, 2, 8, 5, 6, 4).map(({ name }) => name),
    () => false,
  );
  const { memory } = listenerMemory();
  return {
    memory,
    rotations: Array.from({ length: threads }, (_, thread) =>
      createSharedRotation(start, thread, listenerMemory(memory), new NameTable(names.memory)),
    ),
  };
}

const thread = fc.nat(3);
const start = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('createSharedRotation', () => {
  it('picks 0, 1, 2, 0, 1, 2 whichever thread picks', () => {
    const { rotations: all } = rotations(2);
    const candidates = slots(0, 1, 2);

    const order = [0, 0, 1, 0, 1, 1, 1].map((one) => numberIn(all[one]?.pick(candidates)));

    expect(order).toEqual(['0', '1', '2', '0', '1', '2', '0']);
  });

  it('makes the picks of one thread, in the same order, for any weights and sets', () => {
    const weight = fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10);
    const set = fc.uniqueArray(fc.tuple(fc.nat(9), weight), { selector: ([number]) => number, maxLength: 6 });
    const story = fc.array(fc.tuple(thread, set, fc.integer({ min: 1, max: 5 })), { maxLength: 40 });

    fc.assert(
      fc.property(story, start, (steps, at) => {
        const { rotations: all } = rotations(4, at);
        const alone = createRotation(at);
        for (const [who, members, times] of steps) {
          const candidates = members
            .toSorted(([one], [other]) => one - other)
            .map(([number, share]) => ({ name: `prod-${number}`, weight: share }));
          for (let time = 0; time < times; time += 1) {
            expect(numberIn(all[(who + time) % 4]?.pick(candidates))).toBe(numberIn(alone.pick(candidates)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('differs by at most one pick in any window between backends that all threads know, whoever else each knows', () => {
    const others = fc.uniqueArray(fc.integer({ min: 2, max: 9 }));
    const picks = fc.array(fc.tuple(thread, others), { minLength: 5, maxLength: 80 });

    fc.assert(
      fc.property(picks, start, (story, at) => {
        const { rotations: all } = rotations(4, at);
        const leads = [0];
        for (const [who, more] of story) {
          const name = numberIn(all[who]?.pick(slots(0, 1, ...more)));
          leads.push((leads.at(-1) ?? 0) + Number(name === '0') - Number(name === '1'));
        }

        expect(Math.max(...leads) - Math.min(...leads)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  it('lets who left and comes back start like a new one, as the first thread to hear of it says', () => {
    const { rotations: all } = rotations(2);
    const [one, other] = all;
    const half = [
      { name: 'prod-0', weight: 1 },
      { name: 'prod-1', weight: 0.6 },
    ];
    // prod-1 has earned 0.6.
    for (let count = 0; count < 2; count += 1) one?.pick(half);

    other?.forget('prod-1');

    const order = Array.from({ length: 4 }, () => numberIn(one?.pick(half)));
    expect(order).toEqual(['0', '1', '0', '0']);
  });

  it('goes on after a thread died that held the lock', () => {
    const { rotations: all, memory } = rotations(2);
    const { cells } = listenerMemory(memory);
    Atomics.store(cells, lockIndex, 1 + 1);

    wipeThread(listenerMemory(memory), 1);

    expect(numberIn(all[0]?.pick(slots(0, 1)))).toBe('0');
  });

  it('has nothing to pick from an empty set, and goes on afterwards', () => {
    const { rotations: all } = rotations(1);
    const [one] = all;
    one?.pick(slots(0, 1));

    expect(numberIn(one?.pick([]))).toBe('none');
    expect(numberIn(one?.pick(slots(0, 1)))).toBe('1');
  });
});
