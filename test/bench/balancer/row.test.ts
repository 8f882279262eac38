import { describe, expect, it } from '@jest/globals';
import type { ByContestant } from './contestant.ts';
import { differenceRow, keepsBound, ratioRow, worstRow } from './row.ts';

const options = { figure: 'cpu_per_request', eachUnit: 'µs', better: 'Lower', must: 1.05, aim: 0.9 } as const;

function round(gatewaypool: number, haproxy: number, nginx = 1): ByContestant {
  return { gatewaypool, haproxy, nginx };
}

describe('ratioRow', () => {
  it('takes the ratio inside each round, so that a slow minute changes nothing', () => {
    const row = ratioRow(options, [round(6, 10), round(70, 100), round(8, 10)]);

    expect(row).toMatchObject({ value: 0.7, unit: '× HAProxy', lowest: 0.6, highest: 0.8, rounds: 3 });
  });

  it('tells what each contestant took: the median of the rounds', () => {
    const row = ratioRow(options, [round(6, 10, 4), round(70, 100, 6), round(8, 10, 5)]);

    expect(row).toMatchObject({ each: { gatewaypool: 8, haproxy: 10, nginx: 5 }, eachUnit: 'µs' });
  });

  it('keeps the bounds', () => {
    expect(ratioRow(options, [round(1, 1)])).toMatchObject({ must: 1.05, aim: 0.9, better: 'Lower' });
  });
});

describe('differenceRow', () => {
  it('takes the difference inside each round', () => {
    const row = differenceRow(options, [round(25, 20), round(107, 100), round(28, 22)]);

    expect(row).toMatchObject({ value: 6, unit: 'µs over HAProxy', lowest: 5, highest: 7 });
  });
});

describe('worstRow', () => {
  it('judges our own number, the worst of all rounds', () => {
    const row = worstRow(options, [round(1, 9), round(3, 2), round(2, 1)]);

    expect(row).toMatchObject({ value: 3, unit: 'µs', each: { gatewaypool: 3, haproxy: 9 } });
  });
});

describe('keepsBound', () => {
  it.each([
    { name: 'below an upper bound', value: 1, must: 1.05, better: 'Lower', keeps: true },
    { name: 'at an upper bound', value: 1.05, must: 1.05, better: 'Lower', keeps: true },
    { name: 'above an upper bound', value: 1.06, must: 1.05, better: 'Lower', keeps: false },
    { name: 'above a lower bound', value: 1, must: 0.95, better: 'Higher', keeps: true },
    { name: 'below a lower bound', value: 0.94, must: 0.95, better: 'Higher', keeps: false },
    { name: 'no number at all', value: Number.NaN, must: 0.95, better: 'Lower', keeps: false },
  ] as const)('says $keeps: $name', ({ keeps, ...row }) => {
    expect(keepsBound(row)).toBe(keeps);
  });

  it('lets everything pass that has no bound', () => {
    expect(keepsBound({ value: 1e9, better: 'Lower' })).toBe(true);
  });
});
