import { describe, expect, it } from '@jest/globals';
import type { OrderDrains } from '../../../src/operator/plan/actions.ts';
import { drainsToOrder, drainsToTakeBack } from '../../../src/operator/plan/drains.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { retiringOf } from '../../../src/operator/plan/retirements.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import {
  asked,
  deploymentOf,
  drainOf,
  endingPodOf,
  outdatedSlotOf,
  podOf,
  poolOf,
  slotOf,
  waitingPodOf,
} from './pool-of.ts';
import type { PoolSketch } from './pool-of.ts';

const order = (pool: Observation): OrderDrains | undefined => drainsToOrder(pool, retiringOf(pool, seatingOf(pool)));
const draining = (pool: Observation) =>
  order(pool)?.drains.draining.map(({ podUid, since }) => `${podUid} since ${since}`);

const listening = { listening: true } as const;
/** Slot 2 is outdated and busy. */
const busy = { 0: { backends: { 'prod-2': 1, 'prod-1': 1, 'prod-0': 1 } } };
const withDrains = (sketch: PoolSketch, ...drains: ReturnType<typeof drainOf>[]): Observation => {
  const pool = poolOf(sketch);
  return { ...pool, drains: { generation: 30, resourceVersion: '600', poolGeneration: 4, draining: drains } };
};

describe('drainsToOrder, what is written', () => {
  it.each([
    {
      name: 'the drain of one that is to be replaced',
      pool: asked(poolOf({ running: [0, 1], outdated: [2], ...listening }), busy),
      list: ['pod-2 since 31'],
    },
    {
      name: 'all that are not wanted any more, at once',
      pool: asked(poolOf({ replicas: 1, running: [0, 1, 2], ...listening }), { 0: { backends: { 'prod-0': 1 } } }),
      list: ['pod-1 since 31', 'pod-2 since 31'],
    },
    {
      name: 'another drain, and the one before is kept as it was',
      pool: asked(
        withDrains(
          { replicas: 1, running: [0, 1, 2], ...listening },
          drainOf(2, { cause: 'NotWanted', reason: 'stopped as soon as its sessions are over: replicas is 1' }),
        ),
        {
          0: { backends: { 'prod-0': 1 } },
        },
      ),
      list: ['pod-1 since 31', 'pod-2 since 20'],
    },
    {
      name: 'a pod that waits for its seat too: it might be let through in a moment',
      pool: asked(poolOf({ replicas: 1, running: [0], starting: [1], ...listening })),
      list: ['pod-1 since 31'],
    },
    {
      name: 'no drain that nobody wants any more',
      pool: asked(poolOf({ replicas: 3, running: [0, 1, 2], draining: [2], ...listening })),
      list: [],
    },
    {
      name: 'no drain of a pod that is gone',
      pool: withDrains({ running: [0, 1, 2] }, drainOf(2, { podUid: 'gone' })),
      list: [],
    },
    {
      name: 'no drain of a pod whose phase is Failed',
      pool: poolOf({ running: [0, 1], slots: [slotOf(2, { pods: [podOf(2, { ended: true })] })], draining: [2] }),
      list: [],
    },
    {
      name: 'the newest deadline, of the same drain',
      pool: asked(
        poolOf({ running: [0, 1], outdated: [2], draining: [2], ...listening, rollout: { policy: 'Rolling' } }),
        busy,
      ),
      list: ['pod-2 since 20'],
    },
  ])('lists $name', ({ pool, list }) => {
    expect(draining(pool)).toEqual(list);
  });

  it.each([
    {
      name: 'the list says so already',
      pool: asked(poolOf({ running: [0, 1], outdated: [2], draining: [2], ...listening }), busy),
    },
    { name: 'nobody is to end', pool: poolOf({ running: [0, 1, 2] }) },
    {
      name: 'an instance that dials out has no sessions, so it can go at once',
      pool: asked(poolOf({ running: [0, 1], outdated: [2] })),
    },
    {
      name: 'the only instance that serves is busy',
      pool: asked(poolOf({ max: 1, outdated: [0], ...listening }), { 0: { backends: { 'prod-0': 1 } } }),
    },
    { name: 'there is no ConfigMap', pool: poolOf({ replicas: 0, running: [0], observation: { drains: undefined } }) },
    {
      name: 'the drained pod is terminating: others must not send to it before it is gone',
      pool: withDrains({ running: [0, 1], ending: [2] }, drainOf(2)),
    },
    {
      name: 'the drained slot was rolled, and its old pod is about to end',
      pool: poolOf({
        running: [0, 1],
        slots: [
          slotOf(2, { deployment: deploymentOf(2, { available: false }), pods: [podOf(2, { revision: 'old' })] }),
        ],
        draining: [2],
      }),
    },
    {
      name: 'the drained slot got another template of the same revision, and its old pod is about to end',
      pool: poolOf({
        running: [0, 1],
        slots: [slotOf(2, { deployment: deploymentOf(2, { available: false, updated: false }) })],
        draining: [2],
      }),
    },
    {
      name: 'the drained slot was stopped, and its pod is about to end',
      pool: poolOf({ running: [0, 1], slots: [slotOf(2, { deployment: undefined })], draining: [2] }),
    },
    {
      name: 'the drained slot was scaled to 0, and its pod is about to end',
      pool: poolOf({
        running: [0, 1],
        slots: [slotOf(2, { deployment: deploymentOf(2, { replicas: 0 }) })],
        draining: [2],
      }),
    },
  ])('writes nothing when $name', ({ pool }) => {
    expect(order(pool)).toBeUndefined();
  });

  it.each([
    { name: 'nobody is to end', sketch: { running: [0, 1] } },
    { name: 'somebody is to end', sketch: { replicas: 0, running: [0, 1] } },
  ])('doubts a list of a newer pool when $name: it is written only if there is none', ({ sketch }) => {
    const drains = { generation: 30, resourceVersion: '600', poolGeneration: 5, draining: [] };

    expect(order({ ...poolOf(sketch), drains })).toMatchObject({ ifNoNewerPool: true, drains: { poolGeneration: 4 } });
    expect(order({ ...poolOf({ replicas: 0, running: [0] }) })).toMatchObject({ ifNoNewerPool: false });
  });

  it('says what an order is for that does not say it itself', () => {
    const known = withDrains({ running: [0, 1], outdated: [2], ...listening }, drainOf(2, { cause: null }));

    expect(order(asked(known, busy))?.drains.draining).toMatchObject([
      { podUid: 'pod-2', since: 20, cause: 'Outdated' },
    ]);
  });

  it('counts on from a generation that cannot have been before, when the list was lost', () => {
    const pool = poolOf({ replicas: 0, running: [0] });
    const lost = { ...pool, drains: { generation: 0, resourceVersion: '812', poolGeneration: 0, draining: [] } };

    expect(order(lost)?.drains).toMatchObject({ generation: 812, poolGeneration: 4, draining: [{ since: 812 }] });
  });
});

describe('drainsToOrder, what is taken back', () => {
  const takenBack = (pool: Observation) => order(pool)?.takenBack.map(({ slot, reason }) => `${slot}: ${reason}`);

  it.each([
    {
      name: 'raised replicas (G4)',
      pool: asked(withDrains({ replicas: 3, running: [0, 1, 2], ...listening }, drainOf(2, { cause: 'NotWanted' }))),
      told: ['prod-2: it is wanted again, because replicas is 3'],
    },
    {
      name: 'replicas that are not set any more',
      pool: asked(withDrains({ running: [0, 1, 2], ...listening }, drainOf(2, { cause: 'NotWanted' }))),
      told: ['prod-2: it is wanted again, because replicas is not set'],
    },
    {
      name: 'another one that is to stop by name',
      pool: asked(
        withDrains(
          {
            replicas: 2,
            running: [1, 2],
            slots: [slotOf(0, { deployment: deploymentOf(0, { stopRequested: true }) })],
            ...listening,
          },
          drainOf(2, { cause: 'NotWanted' }),
        ),
      ),
      told: ['prod-2: prod-0 ends instead'],
    },
    {
      name: 'a stop that nobody asks for any more, also where a rollout is blocked',
      pool: asked(
        withDrains({ max: 2, outdated: [0, 1, 2], ...listening }, drainOf(2, { cause: 'StopRequested' })),
        busy,
      ),
      told: ['prod-2: its annotation pam.gatewaypool.io/stop is gone'],
    },
    {
      name: 'a change that was undone',
      pool: asked(poolOf({ running: [0, 1, 2], draining: [2], ...listening })),
      told: ['prod-2: it runs what the spec asks for'],
    },
    {
      name: 'a revision that failed and became available after all',
      pool: asked(withDrains({ running: [0, 1, 2], ...listening }, drainOf(2, { cause: 'RevisionFailed' }))),
      told: ['prod-2: revision new is not called failed any more'],
    },
    {
      name: 'another revision after one that failed',
      pool: asked(
        withDrains({ max: 2, outdated: [0, 1, 2], ...listening }, drainOf(2, { cause: 'RevisionFailed' })),
        busy,
      ),
      told: ['prod-2: another revision than the one that failed is wanted now'],
    },
    {
      name: 'a cap that was lowered in the middle of a rollout (G2)',
      pool: asked(poolOf({ max: 2, outdated: [0, 1, 2], draining: [2], ...listening }), busy),
      told: ['prod-2: nothing is replaced while more run than the maximum allows'],
    },
    {
      name: 'a node that is drained elsewhere',
      pool: poolOf({
        running: [],
        outdated: [0, 2],
        draining: [2],
        slots: [slotOf(1, { pods: [podOf(1, { node: 'node-b', nodeCordoned: true })] })],
      }),
      told: [expect.stringMatching(/^prod-2: none is replaced while node node-b is cordoned/u)],
    },
    {
      name: 'one that was found idle and goes first',
      pool: asked(poolOf({ outdated: [0, 1, 2], draining: [2], ...listening }), { 0: { backends: { 'prod-2': 1 } } }),
      told: ['prod-2: prod-1 goes first'],
    },
    {
      name: 'the end of the others: it is the only one that serves',
      pool: asked(poolOf({ max: 1, slots: [outdatedSlotOf(0)], draining: [0], ...listening }), {
        0: { backends: { 'prod-0': 1 } },
      }),
      told: ['prod-0: no other instance serves'],
    },
  ])('by $name', ({ pool, told }) => {
    expect(takenBack(pool)).toEqual(told);
  });

  it('is fenced by the very version of the Deployment', () => {
    const pool = asked(poolOf({ replicas: 3, running: [0, 1, 2], draining: [2], ...listening }));

    expect(order(pool)).toMatchObject({
      fences: [{ slot: 'prod-2', uid: 'deployment-2', resourceVersion: '702' }],
      gone: [],
    });
  });

  it('is fenced once, where a slot that was scaled up by hand has two pods in the list', () => {
    const pods = [podOf(2, { uid: 'a' }), podOf(2, { uid: 'b' })];
    const drains = [drainOf(2, { podUid: 'a' }), drainOf(2, { podUid: 'b' })];

    expect(order(withDrains({ running: [0, 1], slots: [slotOf(2, { pods })] }, ...drains))?.fences).toHaveLength(1);
  });

  it.each([
    { name: 'moved to later', deadlineSeconds: 60, fences: 1 },
    { name: 'moved to earlier', deadlineSeconds: 7200, fences: 0 },
    { name: 'set for the first time', deadlineSeconds: null, fences: 0 },
  ])('is the right to cut, when a deadline is $name', ({ deadlineSeconds, fences }) => {
    const sketch = { running: [0, 1], outdated: [2], draining: [2], ...listening, deadlineSeconds };
    const rolling = asked(poolOf({ ...sketch, rollout: { policy: 'Rolling' } }), busy);

    expect(order(rolling)?.fences).toHaveLength(fences);
  });

  it('is the right to cut, when a deadline is removed', () => {
    const sketch = { running: [0, 1], outdated: [2], draining: [2], ...listening, deadlineSeconds: 60 };

    expect(order(asked(poolOf(sketch), busy))).toMatchObject({ fences: [{ slot: 'prod-2' }], takenBack: [] });
  });

  it('makes sure that a pod is gone which no cache shows', () => {
    const pool = withDrains({ running: [0, 1, 2] }, drainOf(2, { podUid: 'never-seen' }));

    expect(order(pool)).toMatchObject({ gone: ['never-seen'], fences: [], takenBack: [] });
  });
});

describe('drainsToTakeBack, of a paused pool', () => {
  const takeBack = (pool: Observation) => drainsToTakeBack(pool, retiringOf(pool, seatingOf(pool)));
  const paused = { spec: { paused: true }, ...listening };

  it.each([
    { name: 'for a rollout', pool: poolOf({ running: [0], outdated: [1], draining: [1], ...paused }) },
    {
      name: 'for lower replicas',
      pool: withDrains({ running: [0, 1], ...paused }, drainOf(1, { cause: 'NotWanted' })),
    },
    {
      name: 'by annotation',
      pool: withDrains(
        { running: [0], slots: [slotOf(1, { deployment: deploymentOf(1, { stopRequested: true }) })], ...paused },
        drainOf(1, { cause: 'StopRequested' }),
      ),
    },
  ])('lets one go on that was to end $name, fenced like any other', ({ pool }) => {
    expect(takeBack(pool)).toMatchObject({
      drains: { generation: 31, draining: [] },
      ordered: [],
      takenBack: [{ slot: 'prod-1', reason: 'the pool is paused' }],
      fences: [{ slot: 'prod-1', uid: 'deployment-1', resourceVersion: '701' }],
      reason: 'prod-1 takes new sessions again: the pool is paused',
    });
  });

  it('keeps what is on its way out', () => {
    const pool = withDrains({ running: [0, 1], ending: [2], ...paused }, drainOf(1), drainOf(2));

    expect(takeBack(pool)?.drains.draining.map(({ podUid }) => podUid)).toEqual(['pod-2']);
  });

  it.each([
    { name: 'nothing drains', pool: poolOf({ running: [0], outdated: [1], ...paused }) },
    { name: 'the pod is gone', pool: withDrains({ running: [0, 1], ...paused }, drainOf(2, { podUid: 'gone' })) },
  ])('writes nothing when $name', ({ pool }) => {
    expect(takeBack(pool)).toBeUndefined();
  });
});

describe('drainsToOrder, what is told', () => {
  it.each([
    {
      name: 'what is ordered and what is taken back',
      pool: asked(withDrains({ replicas: 2, running: [0, 1, 2], ...listening }, drainOf(1, { cause: 'NotWanted' })), {
        0: { backends: { 'prod-0': 1, 'prod-1': 1 } },
      }),
      reason:
        'prod-2 is to drain and is stopped as soon as its sessions are over: replicas is 2; prod-1 takes new sessions again: prod-2 ends instead',
    },
    {
      name: 'a deadline, where there is one',
      pool: asked(poolOf({ max: 2, running: [0], outdated: [1], ...listening, rollout: { policy: 'Rolling' } }), {
        0: { backends: { 'prod-1': 1 } },
      }),
      reason:
        'prod-1 is to drain and is replaced when its sessions are over, 3600 s after the drain began at the latest: the image or the template changed',
    },
    {
      name: 'that nothing is worth telling',
      pool: withDrains({ running: [0, 1, 2] }, drainOf(2, { podUid: 'gone' })),
      reason: 'the list of drains is brought up to date',
    },
  ])('is $name', ({ pool, reason }) => {
    expect(order(pool)?.reason).toBe(reason);
  });

  it('says nothing of a pod that ends', () => {
    const pods = [endingPodOf(2), waitingPodOf(2, { uid: 'next' })];
    const pool = asked(poolOf({ replicas: 1, running: [0], slots: [slotOf(2, { pods })], ...listening }));

    expect(order(pool)?.ordered.map(({ podUid }) => podUid)).toEqual(['next']);
  });
});
