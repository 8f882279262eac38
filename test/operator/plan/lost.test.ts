import { describe, expect, it } from '@jest/globals';
import { lossEvents } from '../../../src/operator/plan/lost.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { asked, now, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';
import type { PoolSketch } from './pool-of.ts';

const lost = slotOf(1, { pods: [podOf(1, { nodeLost: true })] });
const before = { name: 'prod-1', state: 'Ready' as const, reason: 'serves', pod: 'prod-1-abc' };
const status = { maxInstances: 3, externalInstances: 0, slots: [before] };
const sketch: PoolSketch = { running: [0, 2], slots: [lost], status, listening: true };

describe('lossEvents', () => {
  it.each([
    {
      name: 'what the survivors know, and what nobody knows',
      pool: asked(poolOf(sketch), { 0: { backends: { 'prod-1': 2 } }, 1: 'silent', 2: { backends: { 'prod-1': 1 } } }),
      says: 'At least 3 sessions had entered through other instances and been with it; what entered through its own sidecar is not known.',
    },
    {
      name: 'that a survivor is silent',
      pool: asked(poolOf(sketch), { 0: 'silent', 1: 'silent', 2: { backends: { 'prod-1': 1 } } }),
      says: 'At least 1 session had entered through other instances and been with it, 1 sidecar did not answer; what entered through its own sidecar is not known.',
    },
    {
      name: 'nothing of an instance that dials out',
      pool: asked(poolOf({ ...sketch, listening: false }), { 1: 'silent' }),
      says: 'How many sessions it had is not known: only its own sidecar counted them.',
    },
  ])('tell $name', ({ pool, says }) => {
    expect(lossEvents(pool)).toMatchObject([
      {
        type: 'Warning',
        reason: 'InstanceLost',
        message: expect.stringContaining(`Node node-a of prod-1 does not answer. ${says}`),
      },
    ]);
  });

  it.each([
    { name: 'all nodes answer', pool: poolOf({ running: [0, 1, 2], status }) },
    {
      name: 'no gateway ran in the pod',
      pool: poolOf({
        ...sketch,
        slots: [slotOf(1, { pods: [waitingPodOf(1, { nodeLost: true })] })],
        status: { ...status, slots: [{ ...before, state: 'Held' }] },
      }),
    },
    {
      name: 'its gateway was never ready, so nobody was in it',
      pool: poolOf({ ...sketch, status: { ...status, slots: [{ ...before, state: 'Starting' }] } }),
    },
    {
      name: 'it was told before, and only the pod that was to take its place is gone again',
      pool: poolOf({ ...sketch, status: { ...status, slots: [{ ...before, state: 'Held', pod: 'prod-1-next' }] } }),
    },
    { name: 'nothing was known of the slot before', pool: poolOf({ ...sketch, status: { ...status, slots: [] } }) },
  ])('tell nothing when $name', ({ pool }) => {
    expect(lossEvents(pool)).toEqual([]);
  });

  it('are told once: the status remembers', () => {
    const pool = poolOf(sketch);
    const first = plan(pool, now);

    const second = plan({ ...pool, pool: { ...pool.pool, status: first.status } }, now);

    expect(
      [first, second].map(({ events }) => events.filter(({ reason }) => reason === 'InstanceLost').length),
    ).toEqual([1, 0]);
  });
});
