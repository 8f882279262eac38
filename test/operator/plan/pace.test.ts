import { describe, expect, it } from '@jest/globals';
import { lookAgain } from '../../../src/operator/plan/pace.ts';
import { pictureOf } from '../../../src/operator/plan/picture.ts';
import { asked, deploymentOf, outdatedSlotOf, podOf, poolOf, slotOf } from './pool-of.ts';

const draining = { running: [0, 1], outdated: [2], draining: [2], listening: true };
const broken = (number: number) =>
  slotOf(number, {
    deployment: deploymentOf(number, { revision: 'old', available: false }),
    pods: [podOf(number, { revision: 'old', ready: false, progressMilliseconds: undefined })],
  });

describe('lookAgain', () => {
  it.each([
    { name: 'never in a pool at rest (G8)', pool: poolOf({ running: [0, 1, 2] }), after: undefined },
    {
      name: 'never over the cap, though all are outdated',
      pool: poolOf({ max: 1, outdated: [0, 1] }),
      after: undefined,
    },
    {
      name: 'never after a revision failed: somebody has to change something',
      pool: poolOf({ outdated: [0, 1], slots: [outdatedSlotOf(2, { failedRevision: 'new' })] }),
      after: undefined,
    },
    {
      name: 'at once, when only sidecars have to say that they know of the drain',
      pool: asked(poolOf(draining), { 1: { knownDrains: [] } }),
      after: 150,
    },
    { name: 'soon, while few sessions are left', pool: asked(poolOf(draining), { 2: { transit: 3 } }), after: 2000 },
    { name: 'later, while many are', pool: asked(poolOf(draining), { 2: { transit: 4 } }), after: 5000 },
    { name: 'later, while the number is not known', pool: asked(poolOf(draining), { 1: 'silent' }), after: 5000 },
    {
      name: 'later, while sidecars of an older release cannot drain',
      pool: asked(poolOf(draining), { 1: { drainsGeneration: undefined } }),
      after: 5000,
    },
    {
      name: 'later, while no drain can be ordered',
      pool: asked(poolOf({ running: [0, 1], outdated: [2], listening: true, observation: { drains: undefined } })),
      after: 5000,
    },
    {
      name: 'not at all for one that is stopped now',
      pool: asked(poolOf({ running: [0, 1], outdated: [2] })),
      after: undefined,
    },
    {
      name: 'when the one that waits longest for nothing is told apart',
      pool: asked(poolOf({ replicas: 1, running: [0, 1, 2], draining: [1, 2], listening: true }), {
        0: { backends: { 'prod-0': 9, 'prod-1': 9, 'prod-2': 1 } },
      }),
      after: 2000,
    },
    {
      name: 'when the progress deadline of a new instance is over',
      pool: poolOf({
        max: 1,
        slots: [
          slotOf(0, {
            deployment: deploymentOf(0, { available: false }),
            pods: [podOf(0, { ready: false, progressMilliseconds: 599_000 })],
          }),
        ],
      }),
      after: 1000,
    },
    {
      name: 'when it is time to say that a gateway which just started is not ready',
      pool: poolOf({
        running: [0, 1],
        slots: [slotOf(2, { pods: [podOf(2, { ready: false, gatewayRunsMilliseconds: 3000 })] })],
      }),
      after: 2000,
    },
    {
      name: 'never, once that was said',
      pool: poolOf({
        running: [0, 1],
        slots: [slotOf(2, { pods: [podOf(2, { ready: false, gatewayRunsMilliseconds: 5000 })] })],
      }),
      after: undefined,
    },
    {
      name: 'later, while a broken pool waits for one without sessions',
      pool: asked(poolOf({ max: 2, slots: [broken(0), broken(1)] }), { 0: { sessions: 1 }, 1: { sessions: 1 } }),
      after: 5000,
    },
  ])('$name', ({ pool, after }) => {
    expect(lookAgain(pictureOf(pool))).toBe(after);
  });

  it.each([
    { age: 0, after: 150 },
    { age: 600, after: 150 },
    { age: 2000, after: 500 },
    { age: 20_000, after: 5000 },
    { age: 3_600_000, after: 5000 },
  ])(
    'after $after ms for a confirmation that is missing since $age ms: a watch hangs, and nobody is asked in a hot loop',
    ({ age, after }) => {
      const pool = asked(poolOf({ ...draining, observation: { drainsAgeMilliseconds: age } }), {
        1: { knownDrains: [] },
      });

      expect(lookAgain(pictureOf(pool))).toBe(after);
    },
  );
});
