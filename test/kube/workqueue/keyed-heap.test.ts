import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { KeyedHeap } from '../../../src/kube/workqueue/keyed-heap.ts';

const drain = (heap: KeyedHeap<number>): { key: string; value: number }[] => {
  const popped = [];
  for (let first = heap.pop(); first !== undefined; first = heap.pop()) {
    popped.push({ key: first.key, value: first.value });
  }
  return popped;
};

describe('KeyedHeap', () => {
  it('pops the smallest value first, and equal ones in the order in which they came', () => {
    const heap = new KeyedHeap<number>((a, b) => a - b);
    heap.set('late', 9);
    heap.set('first of two', 1);
    heap.set('second of two', 1);

    const order = drain(heap).map(({ key }) => key);

    expect(order).toEqual(['first of two', 'second of two', 'late']);
  });

  it('behaves as a stably sorted map, whatever is set, raised, lowered or popped', () => {
    const step = fc.oneof(
      fc.record({ set: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), value: fc.integer({ min: 0, max: 5 }) }),
      fc.constant('pop' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heap = new KeyedHeap<number>((a, b) => a - b);
        const model = new Map<string, { value: number; since: number }>();
        const smallest = (): string | undefined =>
          [...model].sort(([, a], [, b]) => a.value - b.value || a.since - b.since)[0]?.[0];

        for (const [since, action] of steps.entries()) {
          const [expected, popped] = action === 'pop' ? [smallest(), heap.pop()?.key] : [];
          if (action !== 'pop') {
            heap.set(action.set, action.value);
            model.set(action.set, { value: action.value, since: model.get(action.set)?.since ?? since });
          }
          if (expected !== undefined) model.delete(expected);

          expect(popped).toBe(expected);
          expect(heap.peek()?.key).toBe(smallest());
          expect(heap.size).toBe(model.size);
          for (const [key, { value }] of model) expect(heap.get(key)).toBe(value);
        }
      }),
    );
  });
});
