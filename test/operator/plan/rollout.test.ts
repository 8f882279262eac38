import { describe, expect, it } from '@jest/globals';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { retiringOf } from '../../../src/operator/plan/retirements.ts';
import type { Retirement } from '../../../src/operator/plan/retirement.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { asked, deploymentOf, outdatedSlotOf, podOf, poolOf, slotOf } from './pool-of.ts';

const retiring = (pool: Observation) => retiringOf(pool, seatingOf(pool));
const next = (pool: Observation): Retirement | undefined =>
  retiring(pool).retirements.find(({ cause }) => cause === 'Outdated');
const goes = (pool: Observation) => next(pool)?.slot.name;

const broken = (number: number) =>
  slotOf(number, {
    deployment: deploymentOf(number, { revision: 'old', available: false }),
    pods: [podOf(number, { revision: 'old', ready: false })],
  });
const starting = (number: number) =>
  slotOf(number, { deployment: deploymentOf(number, { available: false }), pods: [podOf(number, { ready: false })] });
const onCordonedNode = (number: number) =>
  slotOf(number, {
    deployment: deploymentOf(number, { revision: 'old' }),
    pods: [podOf(number, { revision: 'old', node: 'node-b', nodeCordoned: true })],
  });
const listening = { listening: true } as const;
const busy = (backends: Record<string, number>) => ({ backends });

describe('rollout, who goes next', () => {
  it.each([
    { name: 'nobody while all are current', pool: poolOf({ running: [0, 1, 2] }), slot: undefined },
    { name: 'the highest number where all are alike', pool: asked(poolOf({ outdated: [0, 1, 2] })), slot: 'prod-2' },
    {
      name: 'one whose template was edited by hand',
      pool: poolOf({ running: [0, 2], slots: [slotOf(1, { deployment: deploymentOf(1, { templateDrift: true }) })] }),
      slot: 'prod-1',
    },
    {
      name: 'one that serves nobody first',
      pool: asked(poolOf({ outdated: [1, 2], slots: [broken(0)], ...listening })),
      slot: 'prod-0',
    },
    {
      name: 'one that serves nobody, although another one does not either',
      pool: asked(poolOf({ outdated: [2], slots: [broken(0), broken(1)], ...listening })),
      slot: 'prod-1',
    },
    {
      name: 'an idle one before busy ones',
      pool: asked(poolOf({ outdated: [0, 1, 2], ...listening }), { 0: busy({ 'prod-0': 1, 'prod-2': 1 }) }),
      slot: 'prod-1',
    },
    {
      name: 'the one that drains already before others that are busy too',
      pool: asked(poolOf({ outdated: [0, 1, 2], draining: [0], ...listening }), {
        0: busy({ 'prod-0': 5, 'prod-1': 1, 'prod-2': 1 }),
      }),
      slot: 'prod-0',
    },
    {
      name: 'the one with the fewest sessions otherwise',
      pool: asked(poolOf({ outdated: [0, 1, 2], ...listening }), {
        0: busy({ 'prod-0': 3, 'prod-1': 2, 'prod-2': 3 }),
      }),
      slot: 'prod-1',
    },
    {
      name: 'none that replicas asks to stop',
      pool: asked(poolOf({ replicas: 1, outdated: [0, 1], ...listening }), { 0: busy({ 'prod-0': 1 }) }),
      slot: 'prod-0',
    },
    {
      name: 'one on a cordoned node, while there is such a node',
      pool: asked(poolOf({ outdated: [0, 2], slots: [onCordonedNode(1)] })),
      slot: 'prod-1',
    },
    {
      name: 'the draining one with a deadline, though another is idle: its time runs',
      pool: asked(poolOf({ outdated: [0, 1, 2], draining: [0], ...listening, rollout: { policy: 'Rolling' } }), {
        0: busy({ 'prod-0': 5 }),
      }),
      slot: 'prod-0',
    },
  ])('$name', ({ pool, slot }) => {
    expect(goes(pool)).toBe(slot);
  });

  it('lets a busy one that drains give way to one that is found idle, when it takes new sessions again', () => {
    const gaveWay = asked(poolOf({ outdated: [0, 1, 2], draining: [0], ...listening }), { 0: busy({ 'prod-0': 5 }) });
    const recovering = asked(poolOf({ outdated: [1, 2], slots: [broken(0)], ...listening }), {
      0: busy({ 'prod-0': 5 }),
    });
    const recovered = asked(poolOf({ outdated: [0, 1, 2], ...listening }), { 0: busy({ 'prod-0': 5 }) });

    expect([gaveWay, recovering, recovered].map(goes)).toEqual([undefined, undefined, 'prod-2']);
    expect(retiring(gaveWay).rollout.blocked?.message).toBe('none is replaced while prod-0 is not available');
  });

  it.each([
    {
      name: 'drains while it waits, without a deadline, under OnIdle',
      pool: poolOf({ max: 2, outdated: [0, 1], ...listening }),
      wish: { drains: true, deadlineSeconds: null },
    },
    {
      name: 'has a deadline after maxWaitSeconds',
      pool: poolOf({ max: 2, outdated: [0, 1], ...listening, rollout: { maxWaitSeconds: 100 } }),
      wish: { drains: true, deadlineSeconds: 3700 },
    },
    {
      name: 'has the drain deadline under Rolling',
      pool: poolOf({ max: 2, outdated: [0, 1], ...listening, rollout: { policy: 'Rolling' } }),
      wish: { drains: true, deadlineSeconds: 3600 },
    },
    {
      name: 'goes on taking sessions under OnIdle, where it is the only one that serves and busy',
      pool: asked(poolOf({ max: 1, outdated: [0], ...listening }), { 0: busy({ 'prod-0': 1 }) }),
      wish: { drains: false, load: { sessions: 1 } },
    },
    {
      name: 'takes none any more once it is idle, though it is the only one',
      pool: asked(poolOf({ max: 1, outdated: [0], ...listening })),
      wish: { drains: true },
    },
    {
      name: 'drains under Rolling, though it is the only one',
      pool: asked(poolOf({ max: 1, outdated: [0], ...listening, rollout: { policy: 'Rolling' } }), {
        0: busy({ 'prod-0': 1 }),
      }),
      wish: { drains: true },
    },
  ])('an instance that is to be replaced $name', ({ pool, wish }) => {
    expect(next(pool)).toMatchObject(wish);
  });

  it.each([
    {
      name: 'the configuration changed',
      deployment: { configCopy: 'prod-config-0', differsBesidesConfig: false },
    },
    { name: 'the image or the template changed', deployment: {} },
    {
      name: 'the configuration and the image or the template changed',
      deployment: { configCopy: 'prod-config-0' },
    },
    { name: 'somebody edited its pod template', deployment: { revision: 'new', templateDrift: true } },
  ])('says why: $name', ({ name, deployment }) => {
    const pool = poolOf({ running: [0, 1], slots: [outdatedSlotOf(2, deployment)] });

    expect(next(pool)?.why).toBe(name);
  });

  it('does not blame the image for what the restart annotation may have done', () => {
    const pool = poolOf({ running: [0, 1], outdated: [2] });

    expect(next({ ...pool, pool: { ...pool.pool, restart: '2' } })?.why).toBe(
      'the image, the template or the restart annotation changed',
    );
  });
});

describe('rollout, why nobody goes', () => {
  const blocked = (pool: Observation) => {
    const { retirements, rollout } = retiring(pool);
    expect(retirements.filter(({ cause }) => cause === 'Outdated')).toEqual([]);
    const by = rollout.blocked;
    return by && `${by.reason}: ${by.message}`;
  };

  it.each([
    {
      name: 'the pool is paused',
      pool: poolOf({ outdated: [0, 1], spec: { paused: true } }),
      why: 'Paused: nothing is replaced while spec.paused is true',
    },
    {
      name: 'more run than the maximum allows (G2)',
      pool: poolOf({ max: 1, outdated: [0, 1] }),
      why: 'CapExceeded: nothing is replaced while more run than the maximum allows',
    },
    {
      name: 'a raised maximum is not in force yet',
      pool: poolOf({ max: 2, outdated: [0, 1], published: { max: 1 }, gate: { maxInstances: 1, poolGeneration: 3 } }),
      why: 'CapExceeded: nothing is replaced while more run than the maximum allows',
    },
    {
      name: 'an external instance took the seat',
      pool: poolOf({ max: 2, external: 1, outdated: [0, 1] }),
      why: 'CapExceeded: nothing is replaced while more run than the maximum allows',
    },
    {
      name: 'the user wants to stop them',
      pool: poolOf({ max: 2, outdated: [0, 1], rollout: { policy: 'OnDelete' } }),
      why: 'WaitingForDelete: policy OnDelete: they run on until someone stops them',
    },
    {
      name: 'the configuration is not valid, so nothing could start',
      pool: poolOf({
        max: 2,
        outdated: [0, 1],
        observation: { config: { state: 'Invalid', reason: 'Empty', message: 'it is empty', lastGoodCopy: 'c' } },
      }),
      why: 'Blocked: nothing is replaced, because the configuration is not valid: it is empty',
    },
    {
      name: 'a Secret of a listener is missing, so what takes their place could not start',
      pool: poolOf({
        max: 2,
        outdated: [0, 1],
        observation: { tls: { state: 'Invalid', reason: 'SecretNotFound', message: 'Secret "t" does not exist' } },
      }),
      why: 'Blocked: nothing is replaced, because TLS is not set up: Secret "t" does not exist',
    },
    {
      name: 'a node of the pool is cordoned, and they are elsewhere',
      pool: poolOf({
        outdated: [0],
        running: [],
        slots: [slotOf(1, { pods: [podOf(1, { node: 'node-b', nodeCordoned: true })] })],
        max: 2,
      }),
      why: 'WaitingForNode: none is replaced while node node-b is cordoned, so that its own drain finds the disruption budget unused',
    },
    {
      name: 'the one before is not available yet',
      pool: asked(poolOf({ outdated: [0, 1], slots: [starting(2)] })),
      why: 'Replacing: none is replaced while prod-2 is not available yet',
    },
    {
      name: 'the one before is not available yet, and this one serves nobody either: it may fail as well',
      pool: asked(poolOf({ outdated: [0], slots: [broken(1), starting(2)] })),
      why: 'Replacing: none is replaced while prod-2 is not available yet',
    },
    {
      name: 'another one that is outdated too serves nobody and has sessions',
      pool: asked(poolOf({ outdated: [0, 1], slots: [broken(2)], ...listening }), { 0: busy({ 'prod-2': 1 }) }),
      why: 'Replacing: none is replaced while prod-2 is not available',
    },
    {
      name: 'a wanted one is missing',
      pool: poolOf({ max: 3, outdated: [0, 1] }),
      why: 'Replacing: none is replaced while 1 more is wanted and not started yet',
    },
    {
      name: 'a wanted one is stopping',
      pool: poolOf({ max: 3, outdated: [0, 1], ending: [2] }),
      why: 'Replacing: none is replaced while 1 more is wanted and not started yet',
    },
    {
      name: 'somebody asked another one to stop',
      pool: poolOf({ outdated: [0, 1], slots: [slotOf(2, { deployment: deploymentOf(2, { stopRequested: true }) })] }),
      why: 'Replacing: none is replaced until prod-2, which was asked to stop, is started again or gone',
    },
    {
      name: 'the revision failed in a slot that went back',
      pool: poolOf({ outdated: [0, 1], slots: [outdatedSlotOf(2, { failedRevision: 'new' })] }),
      why: 'RevisionFailed: nothing is replaced, because revision new failed in prod-2',
    },
  ])('when $name', ({ pool, why }) => {
    expect(blocked(pool)).toBe(why);
  });

  it.each([
    {
      name: 'an earlier revision failed',
      pool: poolOf({ outdated: [0, 1], slots: [outdatedSlotOf(2, { failedRevision: 'older' })] }),
    },
    {
      name: 'an unwanted one is not available',
      pool: asked(poolOf({ replicas: 2, outdated: [0, 1], slots: [starting(2)] })),
    },
    {
      name: 'as many run as the maximum allows',
      pool: poolOf({ max: 2, outdated: [0, 1] }),
    },
  ])('goes on although $name', ({ pool }) => {
    expect(goes(pool)).toBeDefined();
  });
});

describe('rollout, the next one drains ahead', () => {
  /** Rolled, Ready, but not yet for minReadySeconds. */
  const settling = (number: number) => slotOf(number, { deployment: deploymentOf(number, { available: false }) });
  /** Its Deployment has the new template, but nobody heard yet that its pod ends. */
  const replaced = (number: number) =>
    slotOf(number, {
      deployment: deploymentOf(number, { available: false }),
      pods: [podOf(number, { revision: 'old' })],
    });

  it.each([
    {
      name: 'while the one before proves itself and a third is available',
      pool: poolOf({ outdated: [0, 1], slots: [settling(2)], ...listening }),
      slot: 'prod-1',
    },
    {
      name: 'though somebody annotated the Deployment of another, which makes it unavailable for a moment',
      pool: poolOf({ max: 2, outdated: [1], draining: [1], slots: [settling(0)], ...listening }),
      slot: 'prod-1',
    },
    {
      name: 'not where clients would depend on a fresh instance alone',
      pool: poolOf({ max: 2, outdated: [1], slots: [settling(0)], ...listening }),
      slot: undefined,
    },
    {
      name: 'not while the pod that ends for the one before still looks Ready',
      pool: poolOf({ outdated: [0, 1], slots: [replaced(2)], ...listening }),
      slot: undefined,
    },
    {
      name: 'not while that pod is of the same revision, after an edit by hand was put right',
      pool: poolOf({
        outdated: [0, 1],
        slots: [slotOf(2, { deployment: deploymentOf(2, { available: false, updated: false }) })],
        ...listening,
      }),
      slot: undefined,
    },
    {
      name: 'not while the one before is not Ready',
      pool: poolOf({ outdated: [0, 1], slots: [starting(2)], ...listening }),
      slot: undefined,
    },
    {
      name: 'and is taken back when another one is not Ready any more',
      pool: poolOf({ outdated: [0, 1], draining: [1], slots: [starting(2)], ...listening }),
      slot: undefined,
    },
    {
      name: 'not where a drain is only a wait',
      pool: poolOf({ outdated: [0, 1], slots: [settling(2)] }),
      slot: undefined,
    },
    {
      name: 'not while another one is to stop',
      pool: poolOf({
        outdated: [0, 1],
        slots: [settling(2), slotOf(3, { deployment: deploymentOf(3, { stopRequested: true }) })],
        max: 4,
        ...listening,
      }),
      slot: undefined,
    },
  ])('$name', ({ pool, slot }) => {
    expect(goes(asked(pool))).toBe(slot);
  });

  it('but ends only when the one before is available', () => {
    const pool = asked(poolOf({ outdated: [0, 1], draining: [1], slots: [settling(2)], ...listening }));

    expect(next(pool)).toMatchObject({ drains: true, refusal: 'none is replaced while prod-2 is not available yet' });
  });
});
