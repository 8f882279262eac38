import { describe, expect, it } from '@jest/globals';
import { lookAgainMilliseconds } from '../../../src/operator/reconcile/look-again.ts';
import type { PoolMemory } from '../../../src/operator/observe/pool-memory.ts';
import { noBackoff, noObstacles } from '../../../src/operator/observe/pool-memory.ts';

const now = 1_000_000;
const clear: PoolMemory = {
  generation: 1,
  children: noObstacles,
  slots: noObstacles,
  starts: noBackoff,
  rolls: noBackoff,
};
const conflict = { kind: 'Service', name: 'prod', owner: 'has no owner' };
const refusal = { object: 'Deployment prod-0', by: 'ApiServer', errors: [] } as const;
const obstructed: PoolMemory = { ...clear, children: { ...noObstacles, conflicts: [conflict] } };
const refused: PoolMemory = {
  ...clear,
  slots: { ...noObstacles, refusals: [refusal] },
  starts: { refused: 1, againAt: now + 5000 },
};

const again = (inputs: {
  plan?: number;
  config?: number;
  tls?: number;
  outOfDate?: boolean;
  memory?: PoolMemory;
}): ReturnType<typeof lookAgainMilliseconds> => {
  const { outOfDate = false, memory = clear } = inputs;
  return lookAgainMilliseconds({
    now,
    planned: inputs.plan,
    secrets: [inputs.config, inputs.tls],
    outcome: { outOfDate, memory },
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
      name: 'when an unwatched Secret of a listener has to be read again',
      result: again({ config: 300_000, tls: 15_000 }),
      expected: { requeueAfterMilliseconds: 15_000 },
    },
    {
      name: 'at the first of several times',
      result: again({ plan: 15_000, config: 4000 }),
      expected: { requeueAfterMilliseconds: 4000 },
    },
    {
      name: 'soon, when the plan is out of date',
      result: again({ outOfDate: true }),
      expected: { requeueSoon: true },
    },
    {
      name: 'in a while, when something is in the way: no watch tells that it is gone',
      result: again({ memory: obstructed }),
      expected: { requeueAfterMilliseconds: 30_000 },
    },
    {
      name: 'soon, when a start was refused just now: the status has to say so',
      result: again({ outOfDate: true, memory: refused }),
      expected: { requeueSoon: true },
    },
    {
      name: 'when a refused start may be tried again, and not in a hot loop',
      result: again({ memory: refused }),
      expected: { requeueAfterMilliseconds: 5000 },
    },
    {
      name: 'when a refused replacement may be tried again, if that is sooner',
      result: again({ memory: { ...refused, rolls: { refused: 1, againAt: now + 3000 } } }),
      expected: { requeueAfterMilliseconds: 3000 },
    },
    {
      name: 'in a while, when a refused start may be tried again already',
      result: again({ memory: { ...refused, starts: { refused: 1, againAt: now } } }),
      expected: { requeueAfterMilliseconds: 30_000 },
    },
  ])('$name', ({ result, expected }) => {
    expect(result).toEqual(expected);
  });
});
