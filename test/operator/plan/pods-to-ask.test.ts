import { describe, expect, it } from '@jest/globals';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { podsToAsk } from '../../../src/operator/plan/pods-to-ask.ts';
import { deploymentOf, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';

const who = (pool: Observation) => podsToAsk(pool).map(({ slot, pod }) => `${slot}/${pod.uid}`);

const broken = (number: number) =>
  slotOf(number, {
    deployment: deploymentOf(number, { revision: 'old', available: false }),
    pods: [podOf(number, { revision: 'old', ready: false })],
  });
const lost = slotOf(1, { pods: [podOf(1, { nodeLost: true })] });
const statusWith = (state: 'Ready' | 'Lost') => ({
  maxInstances: 3,
  externalInstances: 0,
  slots: [{ name: 'prod-1', state, reason: 'r', pod: 'prod-1-abc' }],
});

describe('podsToAsk', () => {
  it.each([
    { name: 'nobody in a pool within its cap (G8)', pool: poolOf({ running: [0], starting: [1] }), pods: [] },
    { name: 'nobody over the cap when all run', pool: poolOf({ max: 1, running: [0, 1] }), pods: [] },
    {
      name: 'nobody over the cap when all that run are outdated',
      pool: poolOf({ max: 1, outdated: [0, 1] }),
      pods: [],
    },
    {
      name: 'those that were not let through over the cap',
      pool: poolOf({ max: 1, running: [0], starting: [1] }),
      pods: ['prod-1/pod-1'],
    },
    {
      name: 'nobody without a node',
      pool: poolOf({ max: 1, running: [0], slots: [slotOf(1, { pods: [waitingPodOf(1, { node: undefined })] })] }),
      pods: [],
    },
    {
      name: 'nobody in a paused pool',
      pool: poolOf({ max: 1, outdated: [0], starting: [1], spec: { paused: true } }),
      pods: [],
    },
    {
      name: 'nobody while the gate is lost',
      pool: poolOf({ max: 1, outdated: [0], starting: [1], gate: 'absent' }),
      pods: [],
    },
    {
      name: 'no pod whose phase is Failed',
      pool: poolOf({
        max: 1,
        running: [0],
        slots: [slotOf(1, { pods: [podOf(1, { ended: true }), waitingPodOf(1, { uid: 'live' })] })],
      }),
      pods: ['prod-1/live'],
    },
    {
      name: 'all that run, terminating and held ones too, when one is to end',
      pool: poolOf({ max: 5, replicas: 1, running: [0, 1], ending: [2], held: [3] }),
      pods: ['prod-0/pod-0', 'prod-1/pod-1', 'prod-2/pod-2', 'prod-3/pod-3'],
    },
    {
      name: 'all when one is to be replaced',
      pool: poolOf({ max: 2, running: [0], outdated: [1] }),
      pods: ['prod-0/pod-0', 'prod-1/pod-1'],
    },
    {
      name: 'nobody while the one before is not available yet',
      pool: poolOf({
        max: 2,
        outdated: [0],
        slots: [slotOf(1, { deployment: deploymentOf(1, { available: false }), pods: [podOf(1, { ready: false })] })],
      }),
      pods: [],
    },
    {
      name: 'all of a broken pool: one without sessions may be replaced though the other does not serve either',
      pool: poolOf({ max: 2, slots: [broken(0), broken(1)] }),
      pods: ['prod-0/pod-0', 'prod-1/pod-1'],
    },
    {
      name: 'the survivors, when a node was just lost',
      pool: poolOf({ running: [0, 2], slots: [lost], status: statusWith('Ready') }),
      pods: ['prod-0/pod-0', 'prod-2/pod-2'],
    },
    {
      name: 'the survivors of a paused pool too: it reports',
      pool: poolOf({ running: [0], slots: [lost], status: statusWith('Ready'), spec: { paused: true } }),
      pods: ['prod-0/pod-0'],
    },
    {
      name: 'nobody once the status says that it is lost',
      pool: poolOf({ running: [0, 2], slots: [lost], status: statusWith('Lost') }),
      pods: [],
    },
  ])('asks $name', ({ pool, pods }) => {
    expect(who(pool)).toEqual(pods);
  });
});
