import { describe, expect, it } from '@jest/globals';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { startableSlots } from '../../../src/operator/plan/starts.ts';
import { deploymentOf, poolOf, slotOf } from './pool-of.ts';

const starts = (pool: ReturnType<typeof poolOf>) => startableSlots(pool, seatingOf(pool)).map(({ number }) => number);

const foreign = (kind: string, name: string) => ({ conflicts: [{ kind, name, owner: 'has no owner' }] });

describe('startableSlots', () => {
  it.each([
    { name: 'fills an empty pool', pool: poolOf({ max: 3 }), numbers: [0, 1, 2] },
    { name: 'fills the lowest free slots first', pool: poolOf({ max: 3, running: [1] }), numbers: [0, 2] },
    { name: 'starts no more than replicas', pool: poolOf({ max: 5, replicas: 2, running: [3] }), numbers: [0] },
    { name: 'leaves room for external instances', pool: poolOf({ max: 3, external: 2 }), numbers: [0] },
    {
      name: 'counts an ending instance as still seated',
      pool: poolOf({ max: 2, running: [0], ending: [1] }),
      numbers: [],
    },
    { name: 'starts nothing while over a lowered cap', pool: poolOf({ max: 2, running: [0, 1, 2] }), numbers: [] },
    {
      name: 'starts nothing for a slot that ended over the cap',
      pool: poolOf({ max: 1, running: [1, 2], seats: [0, 1, 2] }),
      numbers: [],
    },
    { name: 'does not move instances to lower numbers', pool: poolOf({ max: 2, running: [1, 2] }), numbers: [] },
    {
      name: 'starts a seated slot again whose Deployment was deleted',
      pool: poolOf({ max: 2, running: [0], seats: [0, 1] }),
      numbers: [1],
    },
    {
      name: 'prefers the slot that has a seat to a lower number',
      pool: poolOf({ max: 2, running: [1], seats: [1, 4] }),
      numbers: [4],
    },
    {
      name: 'waits until no pod of the slot is left',
      pool: poolOf({ max: 3, running: [0, 1], ending: [2] }),
      numbers: [],
    },
    { name: 'counts a Deployment without a seat', pool: poolOf({ max: 2, running: [0, 5], seats: [0] }), numbers: [] },
    {
      name: 'repairs a slot that was scaled to 0 rather than starting another',
      pool: poolOf({
        max: 2,
        running: [0],
        slots: [slotOf(1, { deployment: deploymentOf(1, { replicas: 0 }), pods: [] })],
      }),
      numbers: [],
    },
    {
      name: 'does not count a raise before the status shows it',
      pool: poolOf({ max: 3, running: [0, 1], published: { max: 2 }, gate: { maxInstances: 2 } }),
      numbers: [],
    },
    {
      name: 'counts a raise that the gate obeys already',
      pool: poolOf({ max: 3, running: [0, 1], published: { max: 2 } }),
      numbers: [2],
    },
    {
      name: 'starts nothing without a valid configuration',
      pool: poolOf({
        observation: { config: { state: 'Invalid', reason: 'KeyNotFound', message: 'no key', lastGoodCopy: 'c' } },
      }),
      numbers: [],
    },
    {
      name: 'starts nothing without a Secret that a listener names: the pod would hold its seat and never start',
      pool: poolOf({
        observation: { tls: { state: 'Invalid', reason: 'SecretNotFound', message: 'no Secret' } },
      }),
      numbers: [],
    },
    {
      name: 'does not pass over a name that is taken',
      pool: poolOf({ max: 2, observation: foreign('Deployment', 'prod-0') }),
      numbers: [1],
    },
    {
      name: 'starts without its client Service',
      pool: poolOf({ max: 1, observation: foreign('Service', 'prod') }),
      numbers: [0],
    },
    {
      name: 'does not start without its ServiceAccount',
      pool: poolOf({ max: 1, observation: foreign('ServiceAccount', 'prod-gateway') }),
      numbers: [],
    },
    {
      name: 'does not start without its headless Service',
      pool: poolOf({ max: 1, observation: foreign('Service', 'prod-instances') }),
      numbers: [],
    },
    {
      name: 'starts the first 100 slots at most',
      pool: poolOf({ max: 100, running: Array.from({ length: 99 }, (_, number) => number) }),
      numbers: [99],
    },
  ])('$name', ({ pool, numbers }) => {
    expect(starts(pool)).toEqual(numbers);
  });

  it('gives reasons that a person can check', () => {
    const pool = poolOf({ max: 3, running: [0], seats: [0, 2] });

    expect(startableSlots(pool, seatingOf(pool))).toEqual([
      { number: 2, name: 'prod-2', reason: 'slot prod-2 holds a seat and has no Deployment' },
      { number: 1, name: 'prod-1', reason: '1 more wanted, 1 of 3 seats free' },
    ]);
  });
});
