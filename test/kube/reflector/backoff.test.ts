import { describe, expect, it } from '@jest/globals';
import { createBackoff } from '../../../src/kube/reflector/backoff.ts';
import { defaultDurations } from '../../../src/kube/reflector/durations.ts';
import { FakeClock } from '../fake-clock.ts';

describe('createBackoff', () => {
  it('doubles from 0.8 s up to 30 s', () => {
    const backoff = createBackoff(new FakeClock(), () => 0, defaultDurations);

    const waits = Array.from({ length: 8 }, () => backoff.nextMilliseconds());

    expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('adds a jitter as long as the wait', () => {
    const backoff = createBackoff(new FakeClock(), () => 0.999, defaultDurations);

    expect(backoff.nextMilliseconds()).toBeCloseTo(1599.2);
  });

  it.each([
    { name: 'still remembers after 119 s', quiet: 119_999, wait: 1600 },
    { name: 'begins anew after 120 s without a failure', quiet: 120_000, wait: 800 },
  ])('$name', async ({ quiet, wait }) => {
    const clock = new FakeClock();
    const backoff = createBackoff(clock, () => 0, defaultDurations);
    backoff.nextMilliseconds();

    await clock.advance(quiet);

    expect(backoff.nextMilliseconds()).toBe(wait);
  });
});
