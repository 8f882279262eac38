import { describe, expect, it } from '@jest/globals';
import { inTurns } from './rounds.ts';

describe('inTurns', () => {
  it('lets one after the other run, in reversed order every second round', async () => {
    const turns: string[] = [];

    await inTurns(['a', 'b', 'c'], 3, async (name, round) => {
      turns.push(`${name}${round} begins`);
      await Promise.resolve();
      turns.push(`${name}${round} ends`);
    });

    const order = ['a1', 'b1', 'c1', 'c2', 'b2', 'a2', 'a3', 'b3', 'c3'];
    expect(turns).toEqual(order.flatMap((turn) => [`${turn} begins`, `${turn} ends`]));
  });

  it('gives the results of each round by name', async () => {
    const rounds = await inTurns(['a', 'b'], 2, async (name, round) => `${name}${round}`);

    expect(rounds.map((round) => Object.fromEntries(round))).toEqual([
      { a: 'a1', b: 'b1' },
      { a: 'a2', b: 'b2' },
    ]);
  });
});
