import { describe, expect, it } from '@jest/globals';
import { microTime } from '../../src/kube/micro-time.ts';

describe('microTime', () => {
  it.each([
    { date: '2026-02-03T04:05:06.789Z', text: '2026-02-03T04:05:06.789000Z' },
    { date: '2026-02-03T04:05:06Z', text: '2026-02-03T04:05:06.000000Z' },
  ])('writes $date with six digits', ({ date, text }) => {
    expect(microTime(new Date(date))).toBe(text);
  });
});
