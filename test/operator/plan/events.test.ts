import { describe, expect, it } from '@jest/globals';
import type { Action } from '../../../src/operator/plan/actions.ts';
import { verdictsOf } from '../../../src/operator/plan/conditions/all.ts';
import { actionEvents, transitionEvents } from '../../../src/operator/plan/events.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { pictureOf } from '../../../src/operator/plan/picture.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import type { PoolSketch } from './pool-of.ts';
import { drainOf, now, poolOf } from './pool-of.ts';

const eventsOf = (pool: Observation) =>
  transitionEvents(pool.pool, verdictsOf(pictureOf(pool))).map(({ type, reason }) => `${type} ${reason}`);

/** The pool of the second sketch, with the status that the first one left. */
function after(first: PoolSketch, second: PoolSketch): Observation {
  return poolOf({ ...second, status: plan(poolOf(first), now).status });
}

const paused = { spec: { paused: true } };
const broken = {
  observation: { config: { state: 'Invalid', reason: 'Empty', message: 'empty', lastGoodCopy: undefined } },
} as const;

const withoutSecret = {
  observation: { tls: { state: 'Invalid', reason: 'SecretNotFound', message: 'no Secret' } },
} as const;

describe('transitionEvents', () => {
  it.each([
    {
      name: 'nothing of a pool that stays as it is',
      pool: after({ running: [0, 1, 2] }, { running: [0, 1, 2] }),
      events: [],
    },
    {
      name: 'one warning when the cap falls below the seats',
      pool: after({ running: [0, 1, 2] }, { max: 2, running: [0, 1, 2] }),
      events: ['Warning SurplusInstances'],
    },
    {
      name: 'no second one while that lasts',
      pool: after({ max: 2, running: [0, 1, 2] }, { max: 1, running: [0, 1, 2] }),
      events: [],
    },
    {
      name: 'the end of it',
      pool: after({ max: 2, running: [0, 1, 2] }, { max: 2, running: [0, 1] }),
      events: ['Normal WithinCap'],
    },
    {
      name: 'a pause',
      pool: after({ running: [0, 1, 2] }, { running: [0, 1, 2], ...paused }),
      events: ['Normal PausedByUser'],
    },
    {
      name: 'its end',
      pool: after({ running: [0, 1, 2], ...paused }, { running: [0, 1, 2] }),
      events: ['Normal NotPaused'],
    },
    {
      name: 'a broken configuration',
      pool: after({ running: [0, 1, 2] }, { running: [0, 1, 2], ...broken }),
      events: ['Warning Empty'],
    },
    {
      name: 'that it was mended',
      pool: after({ running: [0, 1, 2], ...broken }, { running: [0, 1, 2] }),
      events: ['Normal Valid'],
    },
    {
      name: 'a Secret of a listener that is gone',
      pool: after({ running: [0, 1, 2] }, { running: [0, 1, 2], ...withoutSecret }),
      events: ['Warning SecretNotFound'],
    },
    {
      name: 'that it is there again',
      pool: after({ running: [0, 1, 2], ...withoutSecret }, { running: [0, 1, 2] }),
      events: ['Normal NotUsed'],
    },
    { name: 'nothing good of a new pool', pool: poolOf({ published: 'nothing' }), events: [] },
    {
      name: 'what is wrong with a new pool',
      pool: poolOf({ published: 'nothing', ...broken }),
      events: ['Warning Empty'],
    },
  ])('tells $name', ({ pool, events }) => {
    expect(eventsOf(pool)).toEqual(events);
  });

  it('says what the condition says', () => {
    const pool = after({ running: [0, 1, 2] }, { max: 2, running: [0, 1, 2] });
    const { events, status } = plan(pool, now);

    expect(events[0]?.message).toBe(status.conditions?.find(({ type }) => type === 'CapExceeded')?.message);
  });
});

describe('actionEvents', () => {
  const start = { number: 2, name: 'prod-2', reason: '1 more wanted, 1 of 3 seats free' };
  const stopped = {
    slot: 'prod-2',
    uid: 'u',
    resourceVersion: '70',
    podUids: ['pod-2'],
    drains: { generation: 30, poolGeneration: 4, draining: [] },
    expectResourceVersion: '600',
    proviso: { othersLeft: { slots: 0, ready: false }, notReady: false },
    mayCut: false,
  };
  const repair: Action = {
    action: 'RepairSlot',
    slot: 'prod-1',
    uid: 'u',
    what: ['replicas'],
    byHand: true,
    reason: 'Deployment prod-1 was scaled to 5 by hand: put right',
  };

  it.each<{ action: Action; told: string[] }>([
    {
      action: { action: 'RebuildGate', found: undefined, slots: [start, { ...start, name: 'prod-3' }], reason: 'new' },
      told: ['Normal SlotStarted Started slots prod-2, prod-3: 1 more wanted, 1 of 3 seats free'],
    },
    {
      action: {
        action: 'OrderDrains',
        drains: { generation: 31, poolGeneration: 4, draining: [drainOf(2)] },
        expectResourceVersion: '600',
        ifNoNewerPool: false,
        ordered: [drainOf(2)],
        takenBack: [{ slot: 'prod-1', reason: 'prod-2 goes first' }],
        fences: [],
        gone: [],
        reason: 'r',
      },
      told: [
        'Normal DrainOrdered Ordered prod-2 to drain; it is replaced as soon as its sessions are over: the image or the template changed',
        'Normal DrainTakenBack Took back the drain of prod-1: prod-2 goes first',
      ],
    },
    {
      action: { action: 'StopSlot', ...stopped, reason: 'prod-2 is stopped, it has no sessions: replicas is 2' },
      told: ['Normal SlotStopped Stopped an instance: prod-2 is stopped, it has no sessions: replicas is 2'],
    },
    {
      action: {
        action: 'RollSlot',
        ...stopped,
        to: { kind: 'Current', revision: 'new' },
        lastGood: undefined,
        reason: 'prod-2 is replaced, it has no sessions: the configuration changed',
      },
      told: [
        'Normal SlotReplaced Replaced an instance: prod-2 is replaced, it has no sessions: the configuration changed',
      ],
    },
    {
      action: {
        action: 'RollSlot',
        ...stopped,
        to: { kind: 'LastGood', good: { revision: 'old', configCopy: 'c' }, failedRevision: 'new' },
        lastGood: undefined,
        reason:
          'prod-2 is put back to revision old, it has no sessions: revision new failed, it was not ready within 600 s',
      },
      told: [
        'Warning SlotRolledBack Rolled a slot back: prod-2 is put back to revision old, it has no sessions: revision new failed, it was not ready within 600 s',
      ],
    },
    {
      action: {
        action: 'RememberRevision',
        slot: 'prod-2',
        uid: 'u',
        lastGood: { revision: 'new', configCopy: 'c' },
        reason: 'it is available',
      },
      told: [],
    },
    {
      action: { action: 'RebuildGate', found: undefined, slots: [start], reason: 'new' },
      told: ['Normal SlotStarted Started slot prod-2: 1 more wanted, 1 of 3 seats free'],
    },
    {
      action: { ...repair, what: ['minReadySeconds'], byHand: false, reason: 'Deployment prod-1 follows' },
      told: ['Normal SlotUpdated Deployment prod-1 follows'],
    },
    { action: repair, told: ['Warning SlotRepaired Deployment prod-1 was scaled to 5 by hand: put right'] },
    { action: { action: 'EnsureChildren', desiredInstances: 3 }, told: [] },
    { action: { action: 'DeleteConfigCopies', names: ['a'], reason: 'unused' }, told: [] },
  ])('tells of $action.action', ({ action, told }) => {
    expect(actionEvents(action).map(({ type, reason, message }) => `${type} ${reason} ${message}`)).toEqual(told);
  });
});
