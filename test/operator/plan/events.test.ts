import { describe, expect, it } from '@jest/globals';
import type { Action } from '../../../src/operator/plan/actions.ts';
import { verdictsOf } from '../../../src/operator/plan/conditions/all.ts';
import { actionEvents, transitionEvents } from '../../../src/operator/plan/events.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { pictureOf } from '../../../src/operator/plan/picture.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import type { PoolSketch } from './pool-of.ts';
import { now, poolOf } from './pool-of.ts';

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
  const repair: Action = {
    action: 'RepairSlot',
    slot: 'prod-1',
    uid: 'u',
    what: ['replicas'],
    reason: 'Deployment prod-1 was scaled to 5 by hand: put back',
  };

  it.each<{ action: Action; told: string[] }>([
    {
      action: { action: 'RebuildGate', found: undefined, slots: [start], reason: 'new' },
      told: ['Normal SlotStarted Started slot prod-2: 1 more wanted, 1 of 3 seats free'],
    },
    { action: repair, told: ['Warning SlotRepaired Deployment prod-1 was scaled to 5 by hand: put back'] },
    { action: { action: 'EnsureChildren', desiredInstances: 3 }, told: [] },
    { action: { action: 'DeleteConfigCopies', names: ['a'], reason: 'unused' }, told: [] },
  ])('tells of $action.action', ({ action, told }) => {
    expect(actionEvents(action).map(({ type, reason, message }) => `${type} ${reason} ${message}`)).toEqual(told);
  });
});
