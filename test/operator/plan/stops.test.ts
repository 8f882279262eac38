import { describe, expect, it } from '@jest/globals';
import type { StopAction } from '../../../src/operator/plan/actions.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { asked, deploymentOf, now, outdatedSlotOf, podOf, poolOf, slotOf } from './pool-of.ts';

const stops = (pool: Observation): StopAction[] =>
  plan(pool, now).actions.filter((action) => action.action === 'StopSlot' || action.action === 'RollSlot');
const told = (pool: Observation) => stops(pool).map(({ action, slot }) => `${action} ${slot}`);

const listening = { listening: true } as const;
const rolling = { rollout: { policy: 'Rolling' } } as const;
const reached = { drain: { deadlineReached: true }, backends: { 'prod-2': 3 } };
const drainReason = (why: string) => ({ reason: why });

/** Slot 2 drains because of an image change, all sidecars know it, and nobody is in it. */
const quiet = { running: [0, 1], outdated: [2], draining: [2], ...listening };

/** Slot 2 is asked to stop, slot 0 is missing, and the API server refused to create one. */
const refusedStart = (name: string): Observation => {
  const refusals = [
    { object: `Deployment ${name}`, by: 'ApiServer', errors: [{ field: '', message: 'quota' }] },
  ] as const;
  const slots = [slotOf(2, { deployment: deploymentOf(2, { stopRequested: true }) })];
  return asked(poolOf({ running: [1], slots, observation: { refusals } }));
};

describe('stops', () => {
  it.each([
    {
      name: 'one that is to be replaced, when its sessions are over',
      pool: asked(poolOf(quiet)),
      stop: ['RollSlot prod-2'],
    },
    {
      name: 'one that dials out, as soon as it has no sessions',
      pool: asked(poolOf({ running: [0, 1], outdated: [2] })),
      stop: ['RollSlot prod-2'],
    },
    {
      name: 'one of three outdated ones at a time',
      pool: asked(poolOf({ outdated: [0, 1, 2] })),
      stop: ['RollSlot prod-2'],
    },
    {
      name: 'one that is not wanted any more',
      pool: asked(poolOf({ replicas: 2, running: [0, 1, 2] })),
      stop: ['StopSlot prod-2'],
    },
    {
      name: 'one of two that are not wanted: each stop writes what the next one rests on',
      pool: asked(poolOf({ replicas: 1, running: [0, 1, 2] })),
      stop: ['StopSlot prod-1'],
    },
    {
      name: 'one above the cap, when somebody asked for it (G2)',
      pool: asked(
        poolOf({
          max: 1,
          running: [0],
          slots: [slotOf(1, { deployment: deploymentOf(1, { stopRequested: true }) })],
        }),
      ),
      stop: ['StopSlot prod-1'],
    },
    {
      name: 'one that is not wanted before one that is outdated',
      pool: asked(poolOf({ replicas: 2, running: [0], outdated: [1, 2] })),
      stop: ['StopSlot prod-2'],
    },
    {
      name: 'one that was asked to stop, while the API server refuses the start of another',
      pool: refusedStart('prod-0'),
      stop: ['StopSlot prod-2'],
    },
  ])('$name', ({ pool, stop }) => {
    expect(told(pool)).toEqual(stop);
  });

  it.each([
    { name: 'the drain is only ordered now', pool: asked(poolOf({ ...quiet, draining: [] })) },
    { name: 'nobody was asked', pool: poolOf(quiet) },
    { name: 'sessions are open', pool: asked(poolOf(quiet), { 0: { backends: { 'prod-2': 1 } } }) },
    { name: 'the gate needs a step first', pool: asked(poolOf({ ...quiet, gate: { poolGeneration: 3 } })) },
    { name: 'a start comes first, and it was another one that was refused', pool: refusedStart('prod-7') },
    { name: 'the gate is lost', pool: asked(poolOf({ ...quiet, gate: 'absent' })) },
    { name: 'the gate would not let the next pod start', pool: asked(poolOf({ ...quiet, max: 2 })) },
    {
      name: 'its Deployment is put right first, which changes the version that a stop goes by',
      pool: asked(
        poolOf({ running: [0, 1], slots: [outdatedSlotOf(2, { drift: ['label pam.gatewaypool.io/slot'] })] }),
      ),
    },
    { name: 'the pool is paused', pool: asked(poolOf({ ...quiet, spec: { paused: true } })) },
    {
      name: 'an operator that knows a newer spec wrote the drains',
      pool: (() => {
        const pool = asked(poolOf(quiet));
        return { ...pool, drains: pool.drains && { ...pool.drains, poolGeneration: 5 } };
      })(),
    },
    { name: 'a surplus runs, however idle it is (G2)', pool: asked(poolOf({ max: 1, running: [0, 1, 2] })) },
    { name: 'a surplus is outdated, however idle it is (G2)', pool: asked(poolOf({ max: 1, outdated: [0, 1, 2] })) },
  ])('nobody while $name', ({ pool }) => {
    expect(told(pool)).toEqual([]);
  });

  it('replaces one with sessions when its drain deadline is over, and says how many are cut off', () => {
    const pool = poolOf({ ...quiet, ...rolling, deadlineSeconds: 3600 });
    const reason =
      'replaced when its sessions are over, 3600 s after the drain began at the latest: the image or the template changed';
    const drains = pool.drains?.draining.map((drain) => ({ ...drain, ...drainReason(reason) })) ?? [];
    const late = asked({ ...pool, drains: pool.drains && { ...pool.drains, draining: drains } }, { 2: reached });

    expect(stops(late)).toMatchObject([
      {
        action: 'RollSlot',
        mayCut: true,
        reason:
          'prod-2 is replaced, its drain deadline of 3600 s is over, with 3 open: the image or the template changed',
      },
    ]);
  });

  it('waits for sessions for ever under OnIdle, though an earlier deadline is over', () => {
    expect(told(asked(poolOf(quiet), { 2: reached }))).toEqual([]);
  });

  it('names the very version of the Deployment, its pods, and the drains that it rests on', () => {
    const [stop] = stops(asked(poolOf(quiet)));

    expect(stop).toMatchObject({
      uid: 'deployment-2',
      resourceVersion: '702',
      podUids: ['pod-2'],
      drains: { generation: 30, poolGeneration: 4, draining: [{ podUid: 'pod-2' }] },
      expectResourceVersion: '600',
      mayCut: false,
      proviso: { othersLeft: { slots: 2, ready: true }, notReady: false },
      to: { kind: 'Current', revision: 'new' },
      reason: 'prod-2 is replaced, it has no sessions: the image or the template changed',
    });
  });

  it.each([
    { name: 'what was available in it', deployment: {}, lastGood: { revision: 'old', configCopy: 'prod-config-1' } },
    {
      name: 'what it ran before that, if that was not available',
      deployment: { available: false, lastGood: { revision: 'older', configCopy: 'c' } },
      lastGood: { revision: 'older', configCopy: 'c' },
    },
  ])('remembers $name as what it would go back to', ({ deployment, lastGood }) => {
    const [stop] = stops(asked(poolOf({ running: [0, 1], slots: [outdatedSlotOf(2, deployment)] })));

    expect(stop).toMatchObject({ lastGood });
  });

  it('goes back to the last good revision where the wanted one fails', () => {
    const good = { revision: 'old', configCopy: 'prod-config-0' };
    const slot = slotOf(2, {
      deployment: deploymentOf(2, { available: false, lastGood: good }),
      pods: [podOf(2, { ready: false, restarts: 3 })],
    });

    expect(stops(asked(poolOf({ outdated: [0, 1], slots: [slot] })))).toMatchObject([
      {
        action: 'RollSlot',
        to: { kind: 'LastGood', good, failedRevision: 'new' },
        lastGood: good,
        proviso: { notReady: true },
        reason:
          'prod-2 is put back to revision old, it has no sessions: revision new failed, its gateway ended again and again',
      },
    ]);
  });
});

describe('the note of a revision that proved itself', () => {
  const good = { revision: 'older', configCopy: 'prod-config-0' };
  const acted = (pool: Observation): string[] =>
    plan(pool, now).actions.flatMap((action) => ('slot' in action ? [`${action.action} ${action.slot}`] : []));

  it('is left out for a slot that is replaced: its new template brings it along, and its version must not change', () => {
    const pool = asked(poolOf({ running: [0, 1], slots: [outdatedSlotOf(2, { lastGood: good })] }));

    expect(acted(pool)).toEqual(['RollSlot prod-2']);
    expect(stops(pool)).toMatchObject([{ lastGood: { revision: 'old', configCopy: 'prod-config-1' } }]);
  });

  it('comes later for a slot whose drain is taken back: that is fenced by its version', () => {
    const slots = [slotOf(2, { deployment: deploymentOf(2, { lastGood: good }) })];
    const pool = asked(poolOf({ running: [0, 1], slots, draining: [2] }));

    const { actions } = plan(pool, now);

    expect(actions.map(({ action }) => action)).toEqual(['EnsureChildren', 'OrderDrains']);
  });

  it('is written for the others', () => {
    const noted = slotOf(1, { deployment: deploymentOf(1, { lastGood: good }) });
    const pool = asked(poolOf({ running: [0], slots: [noted, outdatedSlotOf(2, { lastGood: good })] }));

    expect(acted(pool)).toEqual(['RememberRevision prod-1', 'RollSlot prod-2']);
  });
});
