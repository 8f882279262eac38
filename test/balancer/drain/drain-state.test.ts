import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  afterRestart,
  notDraining,
  reportOf,
  standingOf,
  withEnding,
  withOrder,
} from '../../../src/balancer/drain/drain-state.ts';

const second = 1000;
const ordered = (deadlineSeconds: number | null, since = 0) =>
  withOrder(notDraining, { deadlineSeconds, since: 7 }, since);

describe('standingOf', () => {
  it.each([
    { name: 'nothing', state: notDraining, standing: null },
    {
      name: 'an order without a deadline',
      state: ordered(null, 5),
      standing: { cause: 'Ordered', since: 5, deadline: null },
    },
    {
      name: 'an order with a deadline',
      state: ordered(60, 5),
      standing: { cause: 'Ordered', since: 5, deadline: 5 + 60 * second },
    },
    {
      name: 'the end of the pod',
      state: withEnding(notDraining, true, 7),
      standing: { cause: 'PodEnding', since: 7, deadline: 7 + 100 * second },
    },
    {
      name: 'the end of a pod that was ordered to drain without a deadline',
      state: withEnding(ordered(null), true, 7),
      standing: { cause: 'PodEnding', since: 7, deadline: 7 + 100 * second },
    },
    {
      name: 'the end of a pod whose ordered deadline comes first',
      state: withEnding(ordered(60), true, 30 * second),
      standing: { cause: 'PodEnding', since: 30 * second, deadline: 60 * second },
    },
    {
      name: 'the end of a pod whose ordered deadline would come later',
      state: withEnding(ordered(600), true, 30 * second),
      standing: { cause: 'PodEnding', since: 30 * second, deadline: 130 * second },
    },
    {
      name: 'the end of a pod whose ordered deadline is over',
      state: withEnding(ordered(10), true, 30 * second),
      standing: { cause: 'PodEnding', since: 30 * second, deadline: 10 * second },
    },
    {
      name: 'the end of a pod whose order was taken back meanwhile',
      state: withOrder(withEnding(ordered(10), true, 30 * second), undefined, 40 * second),
      standing: { cause: 'PodEnding', since: 30 * second, deadline: 130 * second },
    },
  ])('of $name', ({ state, standing }) => {
    expect(standingOf(state, 100)).toEqual(standing);
  });
});

describe('an order', () => {
  it('counts from when it was first seen, also when its deadline changes', () => {
    const later = withOrder(ordered(60, 5), { deadlineSeconds: 90, since: 7 }, 50 * second);

    expect(later.ordered).toEqual({ since: 5, deadlineSeconds: 90, order: 7 });
  });

  it('that was taken back begins anew when it comes again', () => {
    const again = withOrder(withOrder(ordered(60, 5), undefined, 10), { deadlineSeconds: 60, since: 7 }, 20);

    expect(again.ordered?.since).toBe(20);
  });

  it('that was given anew begins anew, also when nobody saw it gone', () => {
    const again = withOrder(ordered(60, 5), { deadlineSeconds: 60, since: 9 }, 20);

    expect(again.ordered?.since).toBe(20);
  });
});

describe('the end of a pod', () => {
  it('counts from its first sign, and becomes sure by the second', () => {
    const twice = withEnding(withEnding(notDraining, false, 5), true, 9);

    expect(twice.ending).toEqual({ since: 5, sure: true });
    expect(withEnding(twice, false, 12)).toEqual(twice);
  });

  it('goes on in the next process when it was sure', () => {
    const state = withEnding(ordered(60), true, 5);

    expect(afterRestart(state)).toEqual(state);
  });

  it('was the restart of the sidecar itself when nobody confirmed it; an order stays', () => {
    expect(afterRestart(withEnding(ordered(60, 3), false, 5))).toEqual(ordered(60, 3));
  });

  it('never moves a deadline by what comes later, and never ends a drain', () => {
    const anyStep = fc.record({
      kind: fc.constantFrom('Order', 'Ending', 'Restart'),
      sure: fc.boolean(),
      after: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(anyStep), (steps) => {
        let now = 0;
        let state = withEnding(ordered(50), true, now);
        const first = standingOf(state, 30);
        for (const { kind, sure, after } of steps) {
          now += after;
          if (kind === 'Order') state = withOrder(state, { deadlineSeconds: 50, since: 7 }, now);
          else state = kind === 'Ending' ? withEnding(state, sure, now) : afterRestart(state);
        }

        expect(standingOf(state, 30)).toEqual(first);
      }),
    );
  });
});

describe('reportOf', () => {
  it.each([
    { now: 0, deadlineReached: false, remainingSeconds: 60 },
    { now: 59_001, deadlineReached: false, remainingSeconds: 1 },
    { now: 60_000, deadlineReached: true, remainingSeconds: 0 },
    { now: 90_000, deadlineReached: true, remainingSeconds: 0 },
  ])('has $remainingSeconds s left at $now ms', ({ now, ...report }) => {
    const standing = { cause: 'Ordered', since: 0, deadline: 60_000 } as const;

    expect(reportOf(standing, now)).toEqual({ cause: 'Ordered', ...report });
  });

  it('has no time left over without a deadline', () => {
    expect(reportOf({ cause: 'Ordered', since: 0, deadline: null }, 1e9)).toEqual({
      cause: 'Ordered',
      deadlineReached: false,
      remainingSeconds: null,
    });
  });
});
