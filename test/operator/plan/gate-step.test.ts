import { describe, expect, it } from '@jest/globals';
import { gateStep } from '../../../src/operator/plan/gate-step.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { stepReason } from '../../../src/operator/plan/step-reason.ts';
import { deploymentOf, endingPodOf, poolOf, slotOf } from './pool-of.ts';

const stepOf = (pool: Observation) => gateStep(pool, seatingOf(pool));

const stepTold = (pool: Observation): string => {
  const step = stepOf(pool);
  return step === undefined ? 'nothing' : `${step.action}: ${stepReason(step)}`;
};

describe('gateStep', () => {
  it.each([
    { name: 'nothing for a pool as it should be', pool: poolOf({ running: [0, 1, 2] }), told: 'nothing' },
    {
      name: 'nothing while an instance above the cap runs',
      pool: poolOf({ max: 2, running: [0, 1, 2] }),
      told: 'nothing',
    },
    {
      name: 'a gate for a new pool',
      pool: poolOf({ max: 1, gate: 'absent', published: 'nothing' }),
      told: 'RebuildGate: the pool has no start gate',
    },
    {
      name: 'a gate again',
      pool: poolOf({ running: [0, 1, 2], gate: 'absent' }),
      told: 'RebuildGate: the pool has no start gate',
    },
    {
      name: 'the rest of a rebuild',
      pool: poolOf({ running: [0, 1, 2], gate: { rebuilding: true } }),
      told: 'RebuildGate: the start gate was half rebuilt',
    },
    {
      name: 'a start',
      pool: poolOf({ running: [0, 1] }),
      told: 'StartSlots: start prod-2: 1 more wanted, 1 of 3 seats free',
    },
    {
      name: 'Hold, when the cap falls below the seats',
      pool: poolOf({
        max: 2,
        running: [0, 1, 2],
        published: { max: 3 },
        gate: { maxInstances: 3, mode: 'SelfHeal', poolGeneration: 3 },
      }),
      told: 'WriteGate: 3 seats are taken and the maximum is 2: nothing is stopped, nothing may start',
    },
    {
      name: 'SelfHeal, when the cap is raised to the seats and shown',
      pool: poolOf({ max: 3, running: [0, 1, 2], gate: { maxInstances: 2, mode: 'Hold' } }),
      told: 'WriteGate: the pool is within its maximum of 3 again',
    },
    {
      name: 'the generation first, when the cap is raised and not shown yet',
      pool: poolOf({ max: 4, running: [0, 1], published: { max: 2 }, gate: { maxInstances: 2, poolGeneration: 3 } }),
      told: 'WriteGate: generation 4 of the pool was seen',
    },
    {
      name: 'new limits',
      pool: poolOf({
        max: 2,
        replicas: 1,
        running: [0],
        published: { max: 3 },
        gate: { maxInstances: 3, poolGeneration: 3 },
      }),
      told: 'WriteGate: the maximum is 2, external instances take 0',
    },
    {
      name: 'the seat of a slot that ended over the cap',
      pool: poolOf({ max: 2, running: [1, 2], seats: [0, 1, 2] }),
      told: 'TakeBackSeats: take back the seats of prod-0: slot prod-0 was stopped, and 2 of 2 are wanted here',
    },
    {
      name: 'nothing while that slot still ends',
      pool: poolOf({ max: 2, running: [1, 2], ending: [0] }),
      told: 'nothing',
    },
    {
      name: 'the seat of a held slot above the cap',
      pool: poolOf({ max: 2, running: [0, 1], held: [2] }),
      told: 'TakeBackSeats: take back the seats of prod-2: slot prod-2 is above the maximum of 2, and its pod never started a gateway',
    },
    {
      name: 'Hold, before the seat of a stopped slot is taken back within the cap',
      pool: poolOf({ max: 3, replicas: 1, running: [0], seats: [0, 1] }),
      told: 'WriteGate: nothing may start while the seats of prod-1 are taken back',
    },
    {
      name: 'that seat, once the gate is in Hold',
      pool: poolOf({ max: 3, replicas: 1, running: [0], seats: [0, 1], gate: { mode: 'Hold' } }),
      told: 'TakeBackSeats: take back the seats of prod-1: slot prod-1 was stopped, and 1 of 3 are wanted here',
    },
    {
      name: 'an older gate that was put back, anew, rather than to end the gateway that it does not list',
      pool: poolOf({ max: 3, running: [0, 1, 2], seats: [0, 1] }),
      told: 'RebuildGate: the start gate is out of date: a gateway runs in slot prod-2',
    },
    {
      name: 'nothing because of a pod without a seat that ends anyway',
      pool: poolOf({ max: 2, running: [0, 1], ending: [2], seats: [0, 1] }),
      told: 'nothing',
    },
    {
      name: 'a Deployment without a seat at once, without Hold',
      pool: poolOf({ max: 3, running: [0, 1], starting: [2], seats: [0, 1] }),
      told: 'TakeBackSeats: take back the seats of prod-2: slot prod-2 has no seat: its Deployment came too late, no gateway ran in it',
    },
    {
      name: 'nothing when replicas are lowered: sessions cannot be counted',
      pool: poolOf({ max: 3, replicas: 1, running: [0, 1, 2] }),
      told: 'nothing',
    },
    {
      name: 'no gate where the name belongs to somebody else',
      pool: poolOf({
        gate: 'absent',
        observation: { conflicts: [{ kind: 'ConfigMap', name: 'prod-seats', owner: 'has no owner' }] },
      }),
      told: 'nothing',
    },
  ])('$name', ({ pool, told }) => {
    expect(stepTold(pool)).toBe(told);
  });

  it('names in Hold the pods that run, and only those', () => {
    const gate = { maxInstances: 3, mode: 'SelfHeal', poolGeneration: 3 } as const;

    const step = stepOf(poolOf({ max: 1, running: [0], starting: [1], published: { max: 3 }, gate }));

    expect(step).toMatchObject({ gate: { mode: 'Hold', slots: ['prod-0', 'prod-1'], seated: ['pod-0'] } });
  });

  it('counts the gate one up and compares with the version that it saw', () => {
    const step = stepOf(poolOf({ running: [0, 1] }));

    expect(step).toMatchObject({
      expectResourceVersion: '500',
      gate: {
        generation: 8,
        poolGeneration: 4,
        mode: 'SelfHeal',
        slots: ['prod-0', 'prod-1', 'prod-2'],
        rebuilding: false,
      },
    });
  });

  it('acts on the stricter of two limits until the newer one is shown', () => {
    const step = stepOf(
      poolOf({
        max: 4,
        external: 0,
        running: [0],
        published: { max: 3, external: 1 },
        gate: { maxInstances: 3, externalInstances: 1, poolGeneration: 3 },
      }),
    );

    expect(step).toMatchObject({
      action: 'StartSlots',
      gate: { maxInstances: 3, externalInstances: 1, slots: ['prod-0', 'prod-1'] },
    });
  });

  it('starts slots with a new gate only in an empty pool', () => {
    const fresh = stepOf(poolOf({ max: 2, gate: 'absent', published: 'nothing' }));
    const lost = stepOf(poolOf({ max: 2, running: [0], gate: 'absent' }));

    expect(fresh).toMatchObject({ slots: [{ name: 'prod-0' }, { name: 'prod-1' }] });
    expect(lost).toMatchObject({ slots: [] });
  });

  it('replaces a gate that nobody can read at its very version', () => {
    const gate = { readable: false, problem: 'mode: Invalid option', uid: 'gate-uid', resourceVersion: '501' } as const;

    const step = stepOf(poolOf({ running: [0], observation: { gate } }));

    expect(step).toMatchObject({
      action: 'RebuildGate',
      found: { resourceVersion: '501', rebuilding: false },
      reason: 'the start gate cannot be used: mode: Invalid option',
    });
  });

  it('takes back a slot that was scaled to 0, with its Deployment', () => {
    const scaled = slotOf(2, { deployment: deploymentOf(2, { replicas: 0 }), pods: [] });

    const step = stepOf(poolOf({ max: 2, running: [0, 1], slots: [scaled] }));

    expect(step).toMatchObject({
      slots: [
        { name: 'prod-2', deployment: { uid: 'deployment-2', resourceVersion: '702' }, heldPodUids: [], seated: true },
      ],
      gate: { mode: 'SelfHeal', slots: ['prod-0', 'prod-1'] },
    });
  });

  it('leaves a slot that was scaled to 0 until its pod has ended', () => {
    const scaled = slotOf(2, { deployment: deploymentOf(2, { replicas: 0 }), pods: [endingPodOf(2)] });

    expect(stepTold(poolOf({ max: 2, running: [0, 1], slots: [scaled] }))).toBe('nothing');
  });
});
