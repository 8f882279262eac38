import { describe, expect, it } from '@jest/globals';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import { heldSurplus } from '../../../src/operator/plan/held.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { seatingOf } from '../../../src/operator/plan/seating.ts';
import { answerOf, endingPodOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';

function gateOf({ gate }: Observation): Gate {
  if (gate?.readable !== true) throw new Error('the sketch has a gate');
  return gate.gate;
}

const held = (pool: Observation) => heldSurplus(gateOf(pool), seatingOf(pool)).map(({ number }) => number);

const heldAt = (seatsGeneration: number | null) =>
  answerOf({ held: { reason: 'StartGate', message: 'waits', seatsGeneration } });

describe('heldSurplus', () => {
  it.each([
    {
      name: 'a slot above the cap whose pod is held',
      pool: poolOf({ max: 2, running: [0, 1], held: [2] }),
      numbers: [2],
    },
    {
      name: 'not more than there is surplus, the highest number',
      pool: poolOf({ max: 2, running: [0], held: [1, 2] }),
      numbers: [2],
    },
    { name: 'nothing within the cap', pool: poolOf({ max: 3, running: [0, 1], held: [2] }), numbers: [] },
    {
      name: 'nothing before the gate is in Hold',
      pool: poolOf({ max: 2, running: [0, 1], held: [2], gate: { mode: 'SelfHeal' } }),
      numbers: [],
    },
    { name: 'no slot that runs', pool: poolOf({ max: 1, running: [0, 1, 2] }), numbers: [] },
    { name: 'no pod that did not answer', pool: poolOf({ max: 2, running: [0, 1], starting: [2] }), numbers: [] },
    {
      name: 'no pod that was let through meanwhile',
      pool: poolOf({
        max: 2,
        running: [0, 1],
        slots: [slotOf(2, { pods: [waitingPodOf(2, { answer: answerOf() })] })],
      }),
      numbers: [],
    },
    {
      name: 'no pod that knows an older gate',
      pool: poolOf({ max: 2, running: [0, 1], slots: [slotOf(2, { pods: [waitingPodOf(2, { answer: heldAt(6) })] })] }),
      numbers: [],
    },
    {
      name: 'no pod that could not read the gate',
      pool: poolOf({
        max: 2,
        running: [0, 1],
        slots: [slotOf(2, { pods: [waitingPodOf(2, { answer: heldAt(null) })] })],
      }),
      numbers: [],
    },
    {
      name: 'no pod that the gate lets run by its UID',
      pool: poolOf({ max: 2, running: [0, 1], held: [2], gate: { seated: ['pod-2'] } }),
      numbers: [],
    },
    {
      name: 'no slot in which an older pod still works',
      pool: poolOf({
        max: 2,
        running: [0, 1],
        slots: [slotOf(2, { pods: [endingPodOf(2), waitingPodOf(2, { answer: heldAt(7) })] })],
      }),
      numbers: [],
    },
    {
      name: 'a slot whose pods wait for a node: nobody is there to ask',
      pool: poolOf({ max: 2, running: [0, 1], slots: [slotOf(2, { pods: [waitingPodOf(2, { node: undefined })] })] }),
      numbers: [2],
    },
    {
      name: 'a slot without a pod',
      pool: poolOf({ max: 2, running: [0, 1], slots: [slotOf(2, { pods: [] })] }),
      numbers: [2],
    },
    {
      name: 'nothing when an empty seat is the surplus',
      pool: poolOf({ max: 2, running: [0], held: [1], seats: [0, 1, 2] }),
      numbers: [],
    },
  ])('takes $name', ({ pool, numbers }) => {
    expect(held(pool)).toEqual(numbers);
  });
});
