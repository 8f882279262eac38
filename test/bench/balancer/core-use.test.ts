import { describe, expect, it } from '@jest/globals';
import { coreTimes, coreUse } from './core-use.ts';

const stat = `cpu  40 0 0 400 0 0 0 0 0 0
cpu0 10 0 0 100 0 0 0 0 0 0
cpu1 1 2 4 1000 500 8 16 32 64 128
intr 12345
`;

describe('coreTimes', () => {
  it('reads the line of one core, without counting the time of guests twice', () => {
    expect(coreTimes(stat, 1)).toEqual({ busy: 63, idle: 1500 });
  });

  it('names a core that is not there', () => {
    expect(() => coreTimes(stat, 2)).toThrow('no core 2');
  });
});

describe('coreUse', () => {
  it('is a share', async () => {
    const share = await coreUse(0, 50);

    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  });
});
