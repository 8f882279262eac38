import { describe, expect, it } from '@jest/globals';
import { endingEvents, endingSlots, whenItEnds } from '../../../src/operator/plan/ending.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { plan } from '../../../src/operator/plan/plan.ts';
import { slotsOf } from '../../../src/operator/plan/slots.ts';
import type { PoolSketch } from './pool-of.ts';
import { deploymentOf, drainOf, endingPodOf, now, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';

const before = plan(poolOf({ running: [0, 1, 2] }), now).status;
/** Slots 0 and 1 serve; of slot 2 it is said what it is. */
const poolWith = (sketch: PoolSketch): Observation => poolOf({ running: [0, 1], status: before, ...sketch });
const ending = slotOf(2, { pods: [endingPodOf(2)] });

describe('whenItEnds', () => {
  it('says the moment, so that the sentence stays the same while it is waited for', () => {
    expect(whenItEnds(endingPodOf(0))).toBe('when its sessions are over, at 2026-03-01T13:01:00Z at the latest');
    expect(whenItEnds(podOf(0))).toBe('when its sessions or its grace period are over');
  });
});

describe('endingSlots', () => {
  it.each([
    { name: 'whose pod was told to end', slot: ending, ends: ['prod-2'] },
    {
      name: 'in which the next pod waits already',
      slot: slotOf(2, { pods: [endingPodOf(2), waitingPodOf(2, { uid: 'next' })] }),
      ends: ['prod-2'],
    },
    { name: 'that serves', slot: slotOf(2), ends: [] },
    {
      name: 'in which no gateway ran',
      slot: slotOf(2, { pods: [waitingPodOf(2, { terminating: true })] }),
      ends: [],
    },
    { name: 'on a lost node', slot: slotOf(2, { pods: [endingPodOf(2, { nodeLost: true })] }), ends: [] },
  ])('counts a slot $name: $ends', ({ slot, ends }) => {
    expect(endingSlots(slotsOf(poolWith({ slots: [slot] }))).map(({ name }) => name)).toEqual(ends);
  });
});

describe('endingEvents', () => {
  const known = poolOf().drains;
  const drains = known && { ...known, draining: [drainOf(2)] };

  it('tells who ends and until when', () => {
    expect(endingEvents(poolWith({ slots: [ending] }))).toEqual([
      {
        type: 'Normal',
        reason: 'PodEnding',
        action: 'EndPod',
        message:
          'Pod prod-2-abc of prod-2 was told to end: it ends when its sessions are over, at 2026-03-01T13:01:00Z at the latest, and what is still open then is cut off',
      },
    ]);
  });

  it.each([
    {
      name: 'a deleted pod whose successor waits already',
      sketch: { slots: [slotOf(2, { pods: [endingPodOf(2), waitingPodOf(2, { uid: 'n', name: 'next' })] })] },
      told: 1,
    },
    { name: 'a deleted Deployment', sketch: { ending: [2] }, told: 1 },
    { name: 'a pod that was deleted while it drained', sketch: { slots: [ending], observation: { drains } }, told: 1 },
    { name: 'an instance that we stopped', sketch: { ending: [2], observation: { drains } }, told: 0 },
    {
      name: 'an instance that we replaced',
      sketch: { slots: [slotOf(2, { deployment: deploymentOf(2, { revision: 'newer' }), pods: [endingPodOf(2)] })] },
      told: 0,
    },
    { name: 'one that never served', sketch: { slots: [ending], status: { slots: [] } }, told: 0 },
    {
      name: 'one on a lost node',
      sketch: { slots: [slotOf(2, { pods: [endingPodOf(2, { nodeLost: true })] })] },
      told: 0,
    },
    { name: 'nobody', sketch: { running: [0, 1, 2] }, told: 0 },
  ])('tells of $name $told times', ({ sketch, told }) => {
    expect(endingEvents(poolWith(sketch))).toHaveLength(told);
  });

  it.each([
    { name: 'alone', slot: ending },
    {
      name: 'beside its successor',
      slot: slotOf(2, { pods: [endingPodOf(2), waitingPodOf(2, { uid: 'n', name: 'next' })] }),
    },
  ])('tells it once of a pod that ends $name', ({ slot }) => {
    const first = poolWith({ slots: [slot] });
    const { status, events } = plan(first, now);

    expect(events).toMatchObject([{ reason: 'PodEnding' }]);
    expect(plan({ ...first, pool: { ...first.pool, status } }, now).events).toEqual([]);
  });
});
