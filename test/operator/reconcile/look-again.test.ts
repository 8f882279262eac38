import { describe, expect, it } from '@jest/globals';
import { lookAgainMilliseconds } from '../../../src/operator/reconcile/look-again.ts';
import type { PoolMemory } from '../../../src/operator/observe/pool-memory.ts';
import { noObstacles } from '../../../src/operator/observe/pool-memory.ts';

const now = 1_000_000;
const clear: PoolMemory = {
  generation: 1,
  children: noObstacles,
  slots: noObstacles,
  refusedStarts: 0,
  startAgainAt: Number.NEGATIVE_INFINITY,
};
const conflict = { kind: 'Service', name: 'prod', owner: 'has no owner' };
const refusal = { object: 'Deployment prod-0', by: 'ApiServer', errors: [] } as const;
const obstructed: PoolMemory = { ...clear, children: { ...noObstacles, conflicts: [conflict] } };
const refused: PoolMemory = { ...clear, slots: { ...noObstacles, refusals: [refusal] }, startAgainAt: now + 5000 };

const again = (inputs: {
  plan?: number;
  config?: number;
  completed?: boolean;
  memory?: PoolMemory;
  before?: PoolMemory;
}): ReturnType<typeof lookAgainMilliseconds> => {
  const { completed = true, memory = clear, before = memory } = inputs;
  return lookAgainMilliseconds({
    now,
    planned: inputs.plan,
    config: inputs.config,
    before,
    outcome: { completed, memory },
  });
};

describe('lookAgainMilliseconds', () => {
  it.each([
    { name: 'never, when nothing waits: a steady pool costs nothing', result: again({}), expected: undefined },
    { name: 'when the plan says', result: again({ plan: 2000 }), expected: { requeueAfterMilliseconds: 2000 } },
    {
      name: 'when an unwatched Secret has to be read again',
      result: again({ config: 300_000 }),
      expected: { requeueAfterMilliseconds: 300_000 },
    },
    {
      name: 'at the first of several times',
      result: again({ plan: 15_000, config: 4000 }),
      expected: { requeueAfterMilliseconds: 4000 },
    },
    {
      name: 'soon, when the plan is out of date',
      result: again({ completed: false }),
      expected: { requeueSoon: true },
    },
    {
      name: 'in a while, when something is in the way: no watch tells that it is gone',
      result: again({ memory: obstructed }),
      expected: { requeueAfterMilliseconds: 30_000 },
    },
    {
      name: 'soon, when a start was refused just now: the status has to say so',
      result: again({ completed: false, memory: refused, before: clear }),
      expected: { requeueSoon: true },
    },
    {
      name: 'when a refused start may be tried again, and not in a hot loop',
      result: again({ completed: false, memory: refused }),
      expected: { requeueAfterMilliseconds: 5000 },
    },
  ])('$name', ({ result, expected }) => {
    expect(result).toEqual(expected);
  });
});
