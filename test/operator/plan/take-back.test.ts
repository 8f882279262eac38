import { describe, expect, it } from '@jest/globals';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { slotsToTakeBack } from '../../../src/operator/plan/take-back.ts';
import { answerOf, deploymentOf, endingPodOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';

function takenBack(pool: Observation) {
  if (pool.gate?.readable !== true) throw new Error('the sketch has a gate');
  return slotsToTakeBack(pool.gate.gate, seatingOf(pool));
}

describe('slotsToTakeBack', () => {
  it.each([
    { name: 'nothing of a pool as it should be', pool: poolOf({ running: [0, 1, 2] }), names: [] },
    { name: 'nothing that runs above the cap', pool: poolOf({ max: 1, running: [0, 1, 2] }), names: [] },
    {
      name: 'an empty seat above the cap',
      pool: poolOf({ max: 2, running: [1, 2], seats: [0, 1, 2] }),
      names: ['prod-0'],
    },
    { name: 'no seat before its pod has ended', pool: poolOf({ max: 2, running: [1, 2], ending: [0] }), names: [] },
    {
      name: 'no empty seat that is wanted again',
      pool: poolOf({ max: 3, running: [1, 2], seats: [0, 1, 2] }),
      names: [],
    },
    {
      name: 'as many empty seats as are too many',
      pool: poolOf({ max: 2, running: [2], seats: [0, 1, 2] }),
      names: ['prod-1'],
    },
    { name: 'a held slot above the cap', pool: poolOf({ max: 2, running: [0, 1], held: [2] }), names: ['prod-2'] },
    {
      name: 'the empty seat rather than the held slot',
      pool: poolOf({ max: 2, running: [0], held: [1], seats: [0, 1, 2] }),
      names: ['prod-2'],
    },
    {
      name: 'a Deployment that came too late for its seat',
      pool: poolOf({ running: [0], starting: [1], seats: [0] }),
      names: ['prod-1'],
    },
    {
      name: 'no Deployment that is being deleted anyway',
      pool: poolOf({
        running: [0],
        slots: [slotOf(1, { deployment: deploymentOf(1, { deleting: true }) })],
        seats: [0],
      }),
      names: [],
    },
    {
      name: 'no pods without a Deployment: they end by themselves',
      pool: poolOf({ running: [0], ending: [1], seats: [0] }),
      names: [],
    },
    {
      name: 'no slot that was scaled to 0 and still ends',
      pool: poolOf({
        max: 1,
        running: [0],
        slots: [slotOf(1, { deployment: deploymentOf(1, { replicas: 0 }), pods: [endingPodOf(1)] })],
      }),
      names: [],
    },
  ])('takes back $name', ({ pool, names }) => {
    expect(takenBack(pool).map(({ name }) => name)).toEqual(names);
  });

  it('vouches only for pods that were asked', () => {
    const answer = answerOf({ held: { reason: 'StartGate', message: 'waits', seatsGeneration: 7 } });
    const pods = [waitingPodOf(2, { uid: 'asked', answer }), waitingPodOf(2, { uid: 'has-no-node', node: undefined })];

    const [slot] = takenBack(poolOf({ max: 2, running: [0, 1], slots: [slotOf(2, { pods })] }));

    expect(slot?.heldPodUids).toEqual(['asked']);
  });

  it('names the very version of the Deployment', () => {
    const [slot] = takenBack(poolOf({ max: 2, running: [0, 1], held: [2] }));

    expect(slot?.deployment).toEqual({ uid: 'deployment-2', resourceVersion: '702' });
  });
});
