import { describe, expect, it } from '@jest/globals';
import { atMost } from './at-most.ts';

describe('atMost', () => {
  it('starts waiting work in order, one for each that ends, also by an error', async () => {
    const limited = atMost(2);
    const started: number[] = [];
    const ends: ((error?: Error) => void)[] = [];
    const work = (number: number) => async (): Promise<void> => {
      started.push(number);
      await new Promise<void>((resolve, reject) => {
        ends[number] = (error) => (error === undefined ? resolve() : reject(error));
      });
    };
    const all = [0, 1, 2, 3].map((number) => limited(work(number)));

    ends[0]?.(new Error('no'));
    await expect(all[0]).rejects.toThrow('no');
    const afterFirst = [...started];
    ends[1]?.();
    await all[1];
    const afterSecond = [...started];
    ends[2]?.();
    ends[3]?.();
    await Promise.allSettled(all);

    expect([afterFirst, afterSecond]).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
    ]);
  });
});
