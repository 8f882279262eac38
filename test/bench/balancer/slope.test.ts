import { describe, expect, it } from '@jest/globals';
import { slopePerSecond } from './slope.ts';

const minutes = 10;

function samples(value: (seconds: number) => number) {
  return Array.from({ length: minutes * 60 }, (_, seconds) => ({ seconds, value: value(seconds) }));
}

describe('slopePerSecond', () => {
  it.each([
    { name: 'sees a steady leak', value: (seconds: number) => 50 + 0.01 * seconds, slope: 0.01 },
    { name: 'sees a falling line', value: (seconds: number) => 50 - 0.02 * seconds, slope: -0.02 },
    { name: 'takes garbage that is collected for none', value: (seconds: number) => 50 + (seconds % 10), slope: 0 },
    { name: 'takes one jump for none', value: (seconds: number) => (seconds === 300 ? 90 : 50), slope: 0 },
    {
      name: 'sees a leak below garbage that is collected',
      value: (seconds: number) => 50 + (seconds % 10) + 0.01 * seconds,
      slope: 0.01,
    },
  ])('$name', ({ value, slope }) => {
    expect(slopePerSecond(samples(value))).toBeCloseTo(slope, 3);
  });

  it('needs two points in time', () => {
    expect(() => slopePerSecond([{ seconds: 1, value: 1 }])).toThrow('at least one value');
  });
});
