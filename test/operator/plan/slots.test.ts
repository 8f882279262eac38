import { describe, expect, it } from '@jest/globals';
import { hasStarted, isEmpty, isStopped, mainPod, slotNumber, slotsOf } from '../../../src/operator/plan/slots.ts';
import type { Slot } from '../../../src/operator/plan/slots.ts';
import { deploymentOf, endingPodOf, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';

const slotWith = (change: Partial<Slot>): Slot => ({ ...slotOf(0), seated: true, ...change });

describe('slotsOf', () => {
  it.each([
    { name: 'a running slot', pool: poolOf({ running: [0, 2] }), taken: [0, 2] },
    { name: 'a slot whose Deployment is gone while its pod still ends', pool: poolOf({ ending: [1] }), taken: [1] },
    { name: 'a seat of which nothing exists yet', pool: poolOf({ running: [0], seats: [0, 3] }), taken: [0, 3] },
    { name: 'a Deployment without a seat', pool: poolOf({ running: [0, 1], seats: [0] }), taken: [0, 1] },
    {
      name: 'nothing of a slot that left only ended pods behind',
      pool: poolOf({ slots: [slotOf(1, { deployment: undefined, pods: [podOf(1, { ended: true })] })], seats: [] }),
      taken: [],
    },
    { name: 'what exists while the gate is lost', pool: poolOf({ running: [0], gate: 'absent' }), taken: [0] },
    { name: 'ascending numbers, not names', pool: poolOf({ max: 20, running: [10, 2] }), taken: [2, 10] },
  ])('counts $name', ({ pool, taken }) => {
    expect(slotsOf(pool).map(({ number }) => number)).toEqual(taken);
  });

  it('tells which slots the gate lists', () => {
    const slots = slotsOf(poolOf({ running: [0, 1], seats: [1] }));

    expect(slots.map(({ name, seated }) => [name, seated])).toEqual([
      ['prod-0', false],
      ['prod-1', true],
    ]);
  });
});

describe('slotNumber', () => {
  it.each([
    ['prod-0', 0],
    ['prod-17', 17],
    ['prod-99', 99],
    ['prod-100', undefined],
    ['prod-01', undefined],
    ['prod-1-2', undefined],
    ['other-1', undefined],
    ['prod', undefined],
    ['prod-', undefined],
  ])('reads %s as %s', (name, number) => {
    expect(slotNumber('prod', name)).toBe(number);
  });

  it('keeps apart pools whose names begin alike', () => {
    expect(slotNumber('prod', 'prod-eu-1')).toBeUndefined();
    expect(slotNumber('prod-eu', 'prod-eu-1')).toBe(1);
  });
});

describe('a slot', () => {
  it.each([
    { name: 'runs', slot: slotWith({}), stopped: false, empty: false },
    { name: 'waits for its first pod', slot: slotWith({ pods: [] }), stopped: false, empty: false },
    {
      name: 'was scaled to 0, and its pod ends',
      slot: slotWith({ deployment: deploymentOf(0, { replicas: 0 }), pods: [endingPodOf(0)] }),
      stopped: true,
      empty: false,
    },
    {
      name: 'was scaled to 0 and is over',
      slot: slotWith({ deployment: deploymentOf(0, { replicas: 0 }), pods: [] }),
      stopped: true,
      empty: true,
    },
    {
      name: 'was deleted, and its pod ends',
      slot: slotWith({ deployment: undefined, pods: [endingPodOf(0)] }),
      stopped: true,
      empty: false,
    },
    {
      name: 'is being deleted in the foreground',
      slot: slotWith({ deployment: deploymentOf(0, { deleting: true }), pods: [] }),
      stopped: true,
      empty: false,
    },
    { name: 'is gone', slot: slotWith({ deployment: undefined, pods: [] }), stopped: true, empty: true },
  ])('that $name: stopped $stopped, empty $empty', ({ slot, stopped, empty }) => {
    expect(isStopped(slot)).toBe(stopped);
    expect(isEmpty(slot)).toBe(empty);
  });

  it.each([
    { name: 'its sidecar is started', pod: podOf(0, { gatewayEverStarted: false }), started: true },
    {
      name: 'its sidecar restarts under a gateway that runs',
      pod: podOf(0, { balancerStarted: false }),
      started: true,
    },
    { name: 'neither is', pod: waitingPodOf(0), started: false },
  ])('has started or not when $name', ({ pod, started }) => {
    expect(hasStarted(pod)).toBe(started);
  });

  it('shows the pod that works rather than the one that waits for it to end', () => {
    const pods = [endingPodOf(0, { uid: 'old' }), waitingPodOf(0, { uid: 'new' })];

    expect(mainPod(slotWith({ pods }))?.uid).toBe('new');
    expect(mainPod(slotWith({ pods: [podOf(0, { uid: 'works' }), waitingPodOf(0)] }))?.uid).toBe('works');
    expect(mainPod(slotWith({ pods: [endingPodOf(0, { uid: 'last' })] }))?.uid).toBe('last');
    expect(mainPod(slotWith({ pods: [] }))).toBeUndefined();
  });
});
