import { describe, expect, it } from '@jest/globals';
import { type Step, wavesOf } from './waves.ts';

/** `a 0-10` is step a, sent at 0 and answered at 10. */
function pool(...steps: string[]): Step[] {
  return steps.map((text) => {
    const [, step = '', startedAt, endedAt] = /^(\w+) (\d+)-(\d+)$/.exec(text) ?? [];
    return { step, startedAt: Number(startedAt), endedAt: Number(endedAt) };
  });
}

function wavesOfPools(...pools: Step[][]): string[][][] {
  return wavesOf(pools).map((waves) => waves.map((wave) => wave.map(({ step }) => step)));
}

describe('wavesOf', () => {
  it('sends together what was under way at the same time', () => {
    const waves = wavesOfPools(pool('a 0-10', 'b 1-5', 'c 11-12'));

    expect(waves).toEqual([[['a', 'b'], ['c']]]);
  });

  it('sends together what overlapped in any of the pools', () => {
    const waves = wavesOfPools(pool('a 0-10', 'b 11-20'), pool('a 0-10', 'b 9-20'));

    expect(waves).toEqual([[['a', 'b']], [['a', 'b']]]);
  });

  it('sends together what came in both orders', () => {
    const waves = wavesOfPools(pool('a 0-10', 'b 11-20'), pool('b 0-10', 'a 11-20'));

    expect(waves).toEqual([[['a', 'b']], [['b', 'a']]]);
  });

  it('lets a step wait for the one it needs, not for the slowest of that time', () => {
    const waves = wavesOfPools(pool('role 0-10', 'slow 0-50', 'binding 11-20', 'last 51-60'));

    expect(waves).toEqual([[['role', 'slow'], ['binding'], ['last']]]);
  });

  it('keeps steps that only one pool has', () => {
    const waves = wavesOfPools(pool('a 0-10'), pool('a 0-10', 'extra 11-20'));

    expect(waves).toEqual([[['a']], [['a'], ['extra']]]);
  });
});
