import { describe, expect, it } from '@jest/globals';
import { countedPods } from '../../../src/operator/plan/busy.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { othersServe, stopRefusal } from '../../../src/operator/plan/may-stop.ts';
import { asked, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';

const refusal = (pool: Observation, mayCut = false) =>
  stopRefusal('prod-2', countedPods(pool), pool.pool.spec, { mayCut, drains: pool.drains });

const draining = { running: [0, 1, 2], draining: [2], listening: true };

describe('stopRefusal', () => {
  it.each([
    { name: 'all sidecars know that it drains, and nothing is open', pool: asked(poolOf(draining)) },
    { name: 'an outbound-only gateway has no sessions', pool: asked(poolOf({ running: [0, 2] })) },
    {
      name: 'there is no pod',
      pool: asked(poolOf({ running: [0], slots: [slotOf(2, { pods: [] })], listening: true })),
    },
    {
      name: 'its sidecar never ran, and will read first that it drains',
      pool: asked(
        poolOf({
          draining: [2],
          running: [0],
          slots: [slotOf(2, { pods: [waitingPodOf(2, { balancerEverRan: false })] })],
          listening: true,
        }),
        { 2: 'silent' },
      ),
    },
    {
      name: 'the other pod is on a lost node',
      pool: asked(
        poolOf({ ...draining, running: [0, 2], slots: [slotOf(1, { pods: [podOf(1, { nodeLost: true })] })] }),
        { 1: 'silent' },
      ),
    },
  ])('lets go when $name', ({ pool }) => {
    expect(refusal(pool)).toBeUndefined();
  });

  it.each([
    {
      name: 'sessions are open',
      pool: asked(poolOf(draining), { 0: { backends: { 'prod-2': 1 } } }),
      why: 'sessions are open',
    },
    {
      name: 'only sessions of others run through it',
      pool: asked(poolOf(draining), { 2: { transit: 1 } }),
      why: 'sessions are open',
    },
    {
      name: 'the number is not known',
      pool: asked(poolOf(draining), { 2: 'silent' }),
      why: 'the sidecar of pod prod-2-abc does not answer',
    },
    {
      name: 'it was not ordered to drain',
      pool: asked(poolOf({ ...draining, draining: [] })),
      why: 'pod prod-2-abc still takes new sessions',
    },
    {
      name: 'it is the only instance, and was not ordered to drain',
      pool: asked(poolOf({ running: [2], listening: true })),
      why: 'pod prod-2-abc still takes new sessions',
    },
    {
      name: 'its own sidecar does not know the order',
      pool: asked(poolOf(draining), { 2: { drain: null } }),
      why: 'the sidecar of pod prod-2-abc does not know yet that prod-2-abc drains',
    },
    {
      name: 'another sidecar does not know it',
      pool: asked(poolOf(draining), { 1: { knownDrains: [] } }),
      why: 'the sidecar of pod prod-1-abc does not know yet that prod-2-abc drains',
    },
    {
      name: 'another sidecar still obeys an earlier order, which was taken back since',
      pool: asked(poolOf(draining), { 1: { drainsGeneration: 19 } }),
      why: 'the sidecar of pod prod-1-abc does not know yet that prod-2-abc drains',
    },
    {
      name: 'a pod that waits for its seat does not know it, and may be let through in a moment',
      pool: asked(poolOf({ ...draining, running: [0, 2], starting: [1] }), { 1: { knownDrains: [] } }),
      why: 'the sidecar of pod prod-1-abc does not know yet that prod-2-abc drains',
    },
    {
      name: 'drains cannot be ordered',
      pool: asked(poolOf({ running: [2], observation: { drains: undefined } })),
      why: 'the ConfigMap by which drains are ordered does not exist yet',
    },
  ])('refuses while $name', ({ pool, why }) => {
    expect(refusal(pool)).toBe(why);
  });

  const reached = { drain: { deadlineReached: true }, backends: { 'prod-2': 3 } };

  it.each([
    { name: 'its own sidecar says that the deadline is over', own: reached, why: undefined },
    {
      name: 'its own sidecar says that it is not',
      own: { drain: { deadlineReached: false } },
      why: 'the sidecar of pod prod-2-abc does not say that its deadline is over',
    },
    {
      name: 'its own sidecar says so of an older list, with another deadline maybe',
      own: { ...reached, drainsGeneration: 29 },
      why: 'the sidecar of pod prod-2-abc does not say that its deadline is over',
    },
    {
      name: 'its own sidecar says so, but nobody ordered a deadline',
      own: reached,
      deadlineSeconds: null,
      why: 'the sidecar of pod prod-2-abc does not say that its deadline is over',
    },
    {
      name: 'its own sidecar says nothing',
      own: 'silent' as const,
      why: 'the sidecar of pod prod-2-abc does not say that its deadline is over',
    },
  ])('with a deadline, whatever is open, when $name', ({ own, deadlineSeconds = 60, why }) => {
    expect(refusal(asked(poolOf({ ...draining, deadlineSeconds }), { 2: own }), true)).toBe(why);
  });

  it('does not take a reached deadline for a reason where the user set none', () => {
    expect(refusal(asked(poolOf(draining), { 2: reached }))).toBe('sessions are open');
  });
});

describe('othersServe', () => {
  it.each([
    { name: 'another one is ready', pool: poolOf({ running: [1, 2] }), serve: true },
    { name: 'it is alone', pool: poolOf({ running: [2] }), serve: false },
    { name: 'the other one is not ready', pool: poolOf({ running: [2], starting: [1] }), serve: false },
    { name: 'the other one ends', pool: poolOf({ running: [2], ending: [1] }), serve: false },
    {
      name: 'the other one is on a lost node',
      pool: poolOf({ running: [2], slots: [slotOf(1, { pods: [podOf(1, { nodeLost: true })] })] }),
      serve: false,
    },
    {
      name: 'the other one drains, and its readiness was not reported yet',
      pool: asked(poolOf({ running: [1, 2] }), { 1: { drain: { deadlineReached: false } } }),
      serve: false,
    },
  ])('$serve when $name', ({ pool, serve }) => {
    expect(othersServe('prod-2', countedPods(pool))).toBe(serve);
  });
});
