import { describe, expect, it } from '@jest/globals';
import { failures, slotWithFailedRevision } from '../../../src/operator/plan/failed-revision.ts';
import { failsIn, stuckSlots } from '../../../src/operator/plan/pod-failure.ts';
import type {
  Observation,
  ObservedDeployment,
  ObservedPod,
  OrderedDrain,
} from '../../../src/operator/plan/observation.ts';
import { retiringOf } from '../../../src/operator/plan/retirements.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { startableSlots } from '../../../src/operator/plan/starts.ts';
import { answerOf, asked, deploymentOf, drainOf, podOf, poolOf, slotOf } from './pool-of.ts';

const good = { revision: 'old', configCopy: 'prod-config-0' };
const crash = { reason: 'CrashLoopBackOff', message: 'exit 1' };

const drainsOf = (...draining: OrderedDrain[]) => ({
  generation: 30,
  resourceVersion: '600',
  poolGeneration: 4,
  draining,
});

/** A pool whose slot 2 was rolled to the wanted revision, and its new pod is not ready. */
function rolled(pod: Partial<ObservedPod> = {}, deployment: Partial<ObservedDeployment> = {}): Observation {
  const slot = slotOf(2, {
    deployment: deploymentOf(2, { available: false, lastGood: good, ...deployment }),
    pods: [podOf(2, { ready: false, ...pod })],
  });
  return poolOf({ outdated: [0, 1], slots: [slot] });
}

const why = (pool: Observation) =>
  failures(pool, seatingOf(pool).slots).map(({ why: how, said }) => [how, said].filter(Boolean).join(', '));

describe('failures', () => {
  it.each([
    {
      name: 'its gateway ended three times',
      pool: rolled({ restarts: 3, waiting: crash }),
      says: 'its gateway ended again and again, CrashLoopBackOff: exit 1',
    },
    {
      name: 'its gateway ended for the third time and was just started again, so it waits for nothing',
      pool: rolled({ restarts: 3, lastEnd: { reason: 'Error', exitCode: 4 } }),
      says: 'its gateway ended again and again, it last ended with Error, exit code 4',
    },
    {
      name: 'it was not ready within the deadline',
      pool: rolled({ progressMilliseconds: 600_000 }),
      says: 'it was not ready within 600 s',
    },
    {
      name: 'its image was not there when the deadline was over',
      pool: rolled({ progressMilliseconds: 600_000, gatewayEverStarted: false }),
      says: 'it was not ready within 600 s, its image was still pulled or its container created',
    },
    {
      name: 'its image cannot be pulled, and the deadline is over',
      pool: rolled({
        progressMilliseconds: 700_000,
        waiting: { reason: 'ImagePullBackOff', message: 'gateway:9 not found' },
      }),
      says: 'it was not ready within 600 s, ImagePullBackOff: gateway:9 not found',
    },
    {
      name: 'it never ran anything else and never served',
      pool: rolled({ restarts: 3 }, { lastGood: undefined }),
      says: 'its gateway ended again and again',
    },
  ])('finds a slot when $name', ({ pool, says }) => {
    expect(why(pool)).toEqual([says]);
  });

  it.each([
    { name: 'two restarts within the deadline', pool: rolled({ restarts: 2, progressMilliseconds: 599_999 }) },
    {
      name: 'a pod that is Ready, and has to stay so for a while',
      pool: rolled({ ready: true, progressMilliseconds: 600_000 }),
    },
    { name: 'a pod that waits for its seat', pool: rolled({ progressMilliseconds: undefined }) },
    {
      name: 'a pod whose sidecar answers, though it never ran as far as the caches know',
      pool: rolled({ balancerStarted: false, progressMilliseconds: 600_000, answer: answerOf() }),
    },
    { name: 'a slot that is available, however often it crashed', pool: rolled({ restarts: 9 }, { available: true }) },
    {
      name: 'a revision that has been available in this slot',
      pool: rolled({ restarts: 9 }, { lastGood: { ...good, revision: 'new' } }),
    },
    { name: 'another revision than the wanted one', pool: rolled({ restarts: 9, revision: 'x' }, { revision: 'x' }) },
    { name: 'the old pod that is still ending', pool: rolled({ restarts: 9, terminating: true }) },
    { name: 'a pod on a lost node', pool: rolled({ restarts: 9, nodeLost: true }) },
    { name: 'a slot that somebody scaled to 0', pool: rolled({ restarts: 9 }, { replicas: 0 }) },
  ])('finds nothing in $name', ({ pool }) => {
    expect(why(pool)).toEqual([]);
  });

  it('takes a crash of a pod that served before for a crash, where nothing was ever rolled', () => {
    const pool = rolled({ restarts: 9 }, { lastGood: undefined });
    const slots = [{ name: 'prod-2', state: 'NotReady' as const, reason: 'r', pod: 'prod-2-abc' }];
    const status = { maxInstances: 3, externalInstances: 0, slots };

    expect(why({ ...pool, pool: { ...pool.pool, status } })).toEqual([]);
  });
});

describe('the way back', () => {
  const retirements = (pool: Observation) => retiringOf(pool, seatingOf(pool)).retirements;
  const failed = asked(rolled({ restarts: 3, waiting: crash }));

  it('is taken by the slot alone, and nothing else is replaced', () => {
    expect(retirements(failed)).toMatchObject([
      { slot: { name: 'prod-2' }, cause: 'RevisionFailed', fate: 'put back to revision old' },
    ]);
  });

  it.each([
    { name: 'the policy is OnDelete', change: { rollout: { policy: 'OnDelete' } } as const },
    { name: 'a node is cordoned', change: {} },
  ])('is taken although $name', ({ change }) => {
    const { spec } = failed.pool;
    const rollout = { ...spec.rollout, ...('rollout' in change ? change.rollout : {}) };
    const slots = failed.slots.map((slot) => ({
      ...slot,
      pods: slot.pods.map((pod) => ({ ...pod, nodeCordoned: slot.number === 0 })),
    }));

    expect(retirements({ ...failed, pool: { ...failed.pool, spec: { ...spec, rollout } }, slots })).toMatchObject([
      { cause: 'RevisionFailed' },
    ]);
  });

  it('does not exist for a slot that never ran anything else', () => {
    expect(retirements(asked(rolled({ restarts: 3 }, { lastGood: undefined })))).toEqual([]);
  });
});

describe('slotWithFailedRevision', () => {
  const wentBack = { revision: 'old', failedRevision: 'new', available: true };

  it.each([
    { name: 'one that went back', deployment: wentBack, slot: 'prod-2' },
    { name: 'one that could not go back', deployment: { failedRevision: 'new', available: false }, slot: 'prod-2' },
    {
      name: 'none where the revision became available after all',
      deployment: { failedRevision: 'new', available: true },
      slot: undefined,
    },
    {
      name: 'none where another revision is wanted now',
      deployment: { ...wentBack, failedRevision: 'x' },
      slot: undefined,
    },
  ])('finds $name', ({ deployment, slot }) => {
    expect(slotWithFailedRevision(rolled({}, deployment))?.name).toBe(slot);
  });

  it('keeps fresh slots from starting with that revision', () => {
    const slots = [slotOf(2, { deployment: deploymentOf(2, wentBack) })];
    const pool = poolOf({ max: 5, running: [0, 1], slots });

    expect(startableSlots(pool, seatingOf(pool))).toEqual([]);
  });
});

describe('stuckSlots', () => {
  const stuck = (pool: Observation) => stuckSlots(pool, seatingOf(pool).slots).map(({ name }) => name);
  const seen = (pool: Observation): Observation => {
    const slots = [{ name: 'prod-2', state: 'NotReady' as const, reason: 'r', pod: 'prod-2-abc' }];
    return { ...pool, pool: { ...pool.pool, status: { ...pool.pool.status, slots } } };
  };

  it.each([
    { name: 'one whose gateway ended three times', pool: rolled({ restarts: 3 }), names: ['prod-2'] },
    {
      name: 'one that crashes again and again after it served',
      pool: seen(rolled({ restarts: 3 })),
      names: ['prod-2'],
    },
    {
      name: 'one that is late, of whatever revision',
      pool: rolled({ progressMilliseconds: 600_000, revision: 'x' }, { revision: 'x' }),
      names: ['prod-2'],
    },
    {
      name: 'none that served, however long ago it started',
      pool: seen(rolled({ progressMilliseconds: 9e9 })),
      names: [],
    },
    { name: 'none that is ready', pool: rolled({ restarts: 3, ready: true }), names: [] },
    { name: 'none that is available', pool: rolled({ restarts: 3 }, { available: true }), names: [] },
    {
      name: 'none that is not Ready because it drains',
      pool: { ...rolled({ progressMilliseconds: 9e9 }), drains: drainsOf(drainOf(2)) },
      names: [],
    },
  ])('finds $name', ({ pool, names }) => {
    expect(stuck(pool)).toEqual(names);
  });
});

describe('a pod that drains', () => {
  const late = rolled({ progressMilliseconds: 600_000 });

  it.each([
    {
      name: 'to be stopped is not called late',
      cause: 'NotWanted',
      found: [],
    },
    {
      name: 'to go back was late before that',
      cause: 'RevisionFailed',
      found: ['it was not ready within 600 s'],
    },
  ] as const)('$name', ({ cause, found }) => {
    expect(why({ ...late, drains: drainsOf(drainOf(2, { cause })) })).toEqual(found);
  });

  it('is none that goes back while more run than the maximum allows: its next pod would be held', () => {
    const over = { ...late, pool: { ...late.pool, spec: { ...late.pool.spec, maxInstances: 1 } } };

    expect(retiringOf(over, seatingOf(over)).retirements).toEqual([]);
  });
});

describe('failsIn', () => {
  it.each([
    { name: 'the rest of the deadline', pool: rolled({ progressMilliseconds: 599_000 }), wait: 1000 },
    { name: 'never, of an available slot', pool: rolled({}, { available: true }), wait: undefined },
    {
      name: 'never, of a pod that waits for its seat',
      pool: rolled({ progressMilliseconds: undefined }),
      wait: undefined,
    },
    { name: 'never again, when it is over', pool: rolled({ progressMilliseconds: 600_000 }), wait: undefined },
  ])('is $name', ({ pool, wait }) => {
    expect(failsIn(pool, seatingOf(pool).slots)).toBe(wait);
  });
});
