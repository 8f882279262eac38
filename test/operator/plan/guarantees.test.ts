import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { StopAction } from '../../../src/operator/plan/actions.ts';
import { countedPods, isIdle, loadOf } from '../../../src/operator/plan/busy.ts';
import { seatsForSlots, wantedLimits } from '../../../src/operator/plan/cap.ts';
import type {
  ObservedPod,
  ObservedSlot,
  Observation,
  OrderedDrain,
  PodAnswer,
} from '../../../src/operator/plan/observation.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { answerOf, deploymentOf, now, podOf, poolOf, slotOf } from './pool-of.ts';

const later = new Date(now.getTime() + 3_600_000);

const answers: fc.Arbitrary<PodAnswer | undefined> = fc.option(
  fc
    .record({
      sessions: fc.constantFrom(0, 0, 1, undefined),
      transit: fc.constantFrom(0, 0, 0, 2),
      backends: fc.constantFrom({}, {}, { 'prod-0': 1 }, { 'prod-1': 2 }),
      drain: fc.constantFrom(null, { deadlineReached: false }, { deadlineReached: true }),
      knownDrains: fc.constantFrom([], ['pod-0', 'pod-1', 'pod-2', 'pod-3']),
      drainsGeneration: fc.constantFrom(10, 30),
    })
    .map(answerOf),
  { nil: undefined, freq: 6 },
);

const slots: fc.Arbitrary<ObservedSlot[]> = fc
  .uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 })
  .chain((numbers) => fc.tuple(...numbers.map(slot)));

function slot(number: number): fc.Arbitrary<ObservedSlot> {
  const deployment = fc.record({
    revision: fc.constantFrom('new', 'new', 'old'),
    available: fc.boolean(),
    stopRequested: fc.constantFrom(false, false, false, true),
    lastGood: fc.constantFrom(undefined, { revision: 'old', configCopy: 'c' }),
    failedRevision: fc.constantFrom(undefined, undefined, undefined, 'new'),
    templateDrift: fc.constantFrom(false, false, true),
  });
  const pod = fc.record({
    ready: fc.boolean(),
    terminating: fc.constantFrom(false, false, false, true),
    nodeLost: fc.constantFrom(false, false, false, true),
    nodeCordoned: fc.constantFrom(false, false, false, true),
    restarts: fc.constantFrom(0, 3),
    balancerStarted: fc.constantFrom(true, true, false),
    gatewayEverStarted: fc.constantFrom(true, true, false),
    revision: fc.constantFrom('new', 'old'),
    answer: answers,
  });
  return fc.tuple(deployment, pod, fc.constantFrom(1, 1, 1, 0)).map(([ofDeployment, ofPod, pods]) =>
    slotOf(number, {
      deployment: deploymentOf(number, ofDeployment),
      pods: pods === 0 ? [] : [podOf(number, ofPod)],
    }),
  );
}

const pools: fc.Arbitrary<Observation> = fc
  .record({
    max: fc.integer({ min: 1, max: 4 }),
    replicas: fc.option(fc.nat(4), { nil: undefined }),
    listening: fc.boolean(),
    policy: fc.constantFrom('OnIdle' as const, 'Rolling' as const, 'OnDelete' as const),
    slots,
    draining: fc.subarray([0, 1, 2, 3]),
    deadlineSeconds: fc.constantFrom(null, 3600),
  })
  .map(({ policy, replicas, ...sketch }) =>
    poolOf({ ...sketch, ...(replicas === undefined ? {} : { replicas }), rollout: { policy } }),
  );

const stopsOf = (pool: Observation): StopAction[] =>
  plan(pool, now).actions.filter((action) => action.action === 'StopSlot' || action.action === 'RollSlot');

/** Looks again and again while the drains are written and the status is seen, and nothing else happens. Returns how often it wrote. */
function drainsWritten(pool: Observation): number {
  let seen = pool;
  for (let written = 0; written < 10; written += 1) {
    const { actions, status } = plan(seen, later);
    const order = actions.find((action) => action.action === 'OrderDrains');
    if (order === undefined) return written;
    seen = {
      ...seen,
      drains: { ...order.drains, resourceVersion: String(601 + written) },
      pool: { ...seen.pool, status },
    };
  }
  return Number.POSITIVE_INFINITY;
}

function staying(pool: Observation, slotName: string): readonly ObservedPod[] {
  return pool.slots.find(({ name }) => name === slotName)?.pods.filter((pod) => !pod.terminating) ?? [];
}

describe('of any pool, a plan', () => {
  it('stops nobody who is busy, unless a deadline that the user set is over, as the own sidecar says (G3)', () => {
    const isCut = (pool: Observation) => (stop: StopAction) => {
      const load = loadOf(stop.slot, countedPods(pool), pool.pool.spec);
      const isOver = staying(pool, stop.slot).every(
        ({ answer }) => answer?.held !== null || answer.drain?.deadlineReached,
      );
      const mayCut = stop.mayCut && isOver && pool.pool.spec.rollout.policy === 'Rolling';
      return !mayCut && !isIdle(load);
    };

    fc.assert(
      fc.property(pools, (pool) => {
        expect(stopsOf(pool).filter(isCut(pool))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('stops at most one instance, and none while it orders drains or has a step for the gate', () => {
    const first = ['OrderDrains', 'StartSlots', 'WriteGate', 'TakeBackSeats', 'RebuildGate'];

    fc.assert(
      fc.property(pools, (pool) => {
        const steps = plan(pool, now).actions.filter(({ action }) => first.includes(action));

        expect(stopsOf(pool).length).toBeLessThanOrEqual(steps.length > 0 ? 0 : 1);
      }),
      { numRuns: 1000 },
    );
  });

  it('stops nobody for a lowered maximum, and replaces nobody above it (G2)', () => {
    const isForTheCap = (pool: Observation) => (stop: StopAction) => {
      const { spec } = pool.pool;
      if (stop.action === 'RollSlot') return pool.slots.length > seatsForSlots(wantedLimits(spec));
      const requested = pool.slots.find(({ name }) => name === stop.slot)?.deployment?.stopRequested === true;
      return !requested && pool.slots.length <= (spec.replicas ?? Number.POSITIVE_INFINITY);
    };

    fc.assert(
      fc.property(pools, (pool) => {
        expect(stopsOf(pool).filter(isForTheCap(pool))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('never takes back the drain of a pod that is about to end', () => {
    fc.assert(
      fc.property(pools, (pool) => {
        const order = plan(pool, now).actions.find((action) => action.action === 'OrderDrains');
        const ending = pool.slots.flatMap(({ pods, deployment }) =>
          pods.filter((pod) => pod.terminating || pod.revision !== deployment?.revision),
        );
        const isListed = (list: readonly OrderedDrain[] = []) => list.map(({ podUid }) => podUid);
        const before = ending.filter(({ uid }) => isListed(pool.drains?.draining).includes(uid));
        const after = isListed(order?.drains.draining ?? pool.drains?.draining);

        expect(before.filter(({ uid }) => !after.includes(uid))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('comes to rest: no two wishes take turns in ordering drains', () => {
    fc.assert(
      fc.property(pools, (pool) => {
        expect(drainsWritten(pool)).toBeLessThanOrEqual(3);
      }),
      { numRuns: 3000 },
    );
  });

  it('tells the same of the same: its own status, seen again, changes nothing', () => {
    fc.assert(
      fc.property(pools, (pool) => {
        const seenWith = (status: Observation['pool']['status']) => ({ ...pool, pool: { ...pool.pool, status } });
        const second = plan(seenWith(plan(pool, now).status), later).status;

        expect(plan(seenWith(second), later).status).toEqual(second);
      }),
      { numRuns: 1000 },
    );
  });
});
