import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { conditions, conditionTypes } from '../../../src/api/conditions.ts';
import type { ConditionContract } from '../../../src/api/conditions.ts';
import { GatewayPoolStatus } from '../../../src/api/status.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { withLimits } from '../../../src/operator/plan/status.ts';
import { deploymentOf, endingPodOf, now, poolOf, slotOf, waitingPodOf } from './pool-of.ts';
import type { PoolSketch } from './pool-of.ts';

const later = new Date(now.getTime() + 86_400_000);
const actionsOf = (pool: Observation) => plan(pool, now).actions.map(({ action }) => action);

describe('plan', () => {
  it.each([
    {
      name: 'has no work for a pool as it should be (G8)',
      pool: poolOf({ running: [0, 1, 2] }),
      actions: ['EnsureChildren'],
    },
    {
      name: 'has no work while a surplus runs (G2)',
      pool: poolOf({ max: 1, running: [0, 1, 2] }),
      actions: ['EnsureChildren'],
    },
    {
      name: 'drains when replicas were lowered (G4)',
      pool: poolOf({ replicas: 1, running: [0, 1, 2] }),
      actions: ['EnsureChildren', 'OrderDrains'],
    },
    {
      name: 'touches nothing of a paused pool',
      pool: poolOf({ max: 5, running: [0], spec: { paused: true } }),
      actions: [],
    },
    {
      name: 'takes the drains of a paused pool back, and does nothing else',
      pool: poolOf({ max: 5, running: [0], outdated: [1], draining: [1], spec: { paused: true } }),
      actions: ['OrderDrains'],
    },
    {
      name: 'leaves a paused pool alone in which only what is on its way out drains',
      pool: poolOf({ running: [0], ending: [1], draining: [1], spec: { paused: true } }),
      actions: [],
    },
    { name: 'touches nothing of a pool that is being deleted', pool: deleting(poolOf({ running: [0] })), actions: [] },
    {
      name: 'touches nothing while it sees an older pool than the gate does',
      pool: poolOf({ max: 5, running: [0], gate: { poolGeneration: 5 } }),
      actions: [],
    },
    {
      name: 'makes the children before slots need them',
      pool: poolOf({ running: [0, 1] }),
      actions: ['EnsureChildren', 'StartSlots'],
    },
    {
      name: 'repairs and starts in one go',
      pool: poolOf({ running: [0], slots: [slotOf(1, { deployment: deploymentOf(1, { replicas: 5 }) })] }),
      actions: ['EnsureChildren', 'StartSlots', 'RepairSlot'],
    },
    {
      name: 'clears copies away last',
      pool: poolOf({ running: [0, 1, 2], observation: { configCopies: ['prod-config-1', 'b', 'c'] } }),
      actions: ['EnsureChildren', 'DeleteConfigCopies'],
    },
  ])('$name', ({ pool, actions }) => {
    expect(actionsOf(pool)).toEqual(actions);
  });

  it.each([
    { name: 'not at all in a steady pool', pool: poolOf({ running: [0, 1, 2] }), after: undefined },
    { name: 'not at all with a surplus that runs', pool: poolOf({ max: 1, running: [0, 1] }), after: undefined },
    {
      name: 'not at all in a paused pool',
      pool: poolOf({ max: 1, running: [0], starting: [1], spec: { paused: true } }),
      after: undefined,
    },
    {
      name: 'soon, while a pod above the cap has not told that it waits',
      pool: poolOf({ max: 1, running: [0], starting: [1] }),
      after: 2000,
    },
    {
      name: 'when the gate was closed for long enough',
      pool: poolOf({
        max: 1,
        running: [0],
        slots: [slotOf(1, { pods: [endingPodOf(1), waitingPodOf(1, { uid: 'b' })] })],
        published: { max: 2 },
        gateAgeMilliseconds: 10_000,
      }),
      after: 5000,
    },
  ])('looks again $name', ({ pool, after }) => {
    expect(plan(pool, now).requeueAfterMilliseconds).toBe(after);
  });

  it('keeps the limits that are shown while a pool is paused, and says so', () => {
    const { status, publish } = plan(
      poolOf({ max: 2, running: [0, 1, 2], published: { max: 3 }, spec: { paused: true } }),
      now,
    );

    expect(publish).toBeUndefined();
    expect(status).toMatchObject({
      maxInstances: 3,
      observedGeneration: 4,
      surplusInstances: 1,
      summary: 'paused, 1 over the maximum, 3 ready, 2 wanted',
    });
  });

  it('tells the numbers of the pool', () => {
    const pool = poolOf({
      max: 5,
      external: 1,
      replicas: 3,
      running: [0, 1],
      ending: [2],
      published: { max: 4, external: 1 },
    });

    const { status } = plan(pool, now);

    expect(status).toMatchObject({
      observedGeneration: 4,
      maxInstances: 4,
      externalInstances: 1,
      desiredInstances: 3,
      replicas: 3,
      occupiedSeats: 4,
      readyInstances: 2,
      updatedInstances: 3,
      surplusInstances: 0,
      selector: 'pam.gatewaypool.io/pool=prod',
      drainingInstances: 1,
      summary: '2 of 3 ready, 1 draining',
    });
  });

  it('shows new limits only when they are published', () => {
    const { status, publish } = plan(poolOf({ max: 2, running: [0, 1], published: { max: 3 } }), now);

    expect(status.maxInstances).toBe(3);
    expect(publish).toBeDefined();
    expect(withLimits(status, publish ?? { maxInstances: 0, externalInstances: 0 }).maxInstances).toBe(2);
  });

  it.each([
    { name: '3 of 3 ready', sketch: { running: [0, 1, 2] } },
    { name: '1 over the maximum', sketch: { max: 2, running: [0, 1, 2] } },
    {
      name: 'TLS not valid, 0 of 3 ready',
      sketch: { observation: { tls: { state: 'Invalid', reason: 'KeyNotFound', message: 'k' } } } as const,
    },
    {
      name: 'certificate expired, 3 of 3 ready',
      sketch: {
        running: [0, 1, 2],
        observation: { tls: { state: 'Valid', firstToExpire: { secretName: 's', at: 'then' }, expired: true } },
      } as const,
    },
    {
      name: 'config not valid, 0 of 3 ready',
      sketch: {
        observation: { config: { state: 'Invalid', reason: 'Empty', message: 'e', lastGoodCopy: undefined } },
      } as const,
    },
    {
      name: 'stalled, 3 of 3 ready',
      sketch: { running: [0, 1, 2], observation: { conflicts: [{ kind: 'Service', name: 'prod', owner: 'o' }] } },
    },
  ])('sums up: $name', ({ name, sketch }) => {
    expect(plan(poolOf(sketch), now).status.summary).toBe(name);
  });
});

describe('plan, of any pool', () => {
  const numbers = fc.uniqueArray(fc.nat(6), { maxLength: 6 });
  const sketches: fc.Arbitrary<PoolSketch> = fc.record({
    max: fc.integer({ min: 1, max: 5 }),
    external: fc.nat(3),
    generation: fc.constant(4),
    running: numbers,
    starting: numbers.map((list) => list.map((number) => number + 10)),
    held: numbers.map((list) => list.map((number) => number + 20)),
    ending: numbers.map((list) => list.map((number) => number + 30)),
    gate: fc.oneof(
      fc.constant('absent' as const),
      fc.record({
        mode: fc.constantFrom('Hold' as const, 'SelfHeal' as const),
        poolGeneration: fc.integer({ min: 3, max: 5 }),
      }),
    ),
    published: fc.oneof(
      fc.constant('nothing' as const),
      fc.record({ max: fc.integer({ min: 1, max: 5 }), external: fc.nat(3) }),
    ),
    gateAgeMilliseconds: fc.nat(30_000),
  });

  it('gives a status that the API server takes, with every condition and only reasons of the contract', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const { status } = plan(poolOf(sketch), now);
        if (status.conditions === undefined) return;

        expect(GatewayPoolStatus.parse(status)).toEqual(status);
        expect(status.conditions.map(({ type }) => type)).toEqual(conditionTypes);
        for (const type of conditionTypes) {
          const contract: ConditionContract = conditions[type];
          const condition = status.conditions.find((found) => found.type === type);
          expect(contract.reasons[condition?.reason ?? '']?.status).toBe(condition?.status);
        }
      }),
    );
  });

  it('gives the same plan for the same input, and no change of status for its own', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const pool = poolOf(sketch);
        const first = plan(pool, now);

        expect(plan(pool, now)).toEqual(first);
        const seen = { ...pool, pool: { ...pool.pool, status: first.status } };
        const second = plan(seen, later);
        expect(plan({ ...seen, pool: { ...seen.pool, status: second.status } }, later).status).toEqual(second.status);
      }),
    );
  });

  it('never lists more slots in an open gate than there are seats', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        for (const action of plan(poolOf(sketch), now).actions) {
          if (!('gate' in action) || action.gate.mode === 'Hold') continue;
          expect(action.gate.slots.length + action.gate.externalInstances).toBeLessThanOrEqual(
            action.gate.maxInstances,
          );
        }
      }),
    );
  });

  it('never takes a seat from a slot in which a gateway runs', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const pool = poolOf(sketch);
        const runs = new Set(
          pool.slots.filter(({ pods }) => pods.some((pod) => pod.balancerStarted)).map(({ name }) => name),
        );
        for (const action of plan(pool, now).actions) {
          if (action.action !== 'TakeBackSeats') continue;
          expect(action.slots.filter(({ name, seated }) => seated && runs.has(name))).toEqual([]);
        }
      }),
    );
  });
});

function deleting(pool: Observation): Observation {
  return { ...pool, pool: { ...pool.pool, deleting: true } };
}
