import { describe, expect, it } from '@jest/globals';
import { checkDelayMilliseconds } from '../../../src/balancer/health/check-pace.ts';
import { afterCheck, assumedUp } from '../../../src/balancer/health/check-state.ts';
import { afterFailure, afterSuccess, isEjected, wellBehaved } from '../../../src/balancer/health/ejection.ts';
import { afterOutageFailure, isFreshOutage, noOutage } from '../../../src/balancer/health/outage.ts';

/** Three failures at one moment. */
const ejectAt = (state: typeof wellBehaved, now: number) =>
  [1, 2, 3].reduce((before) => afterFailure(before, now), state);

describe('passive ejection', () => {
  it('bears two failures in a row', () => {
    const state = afterFailure(afterFailure(wellBehaved, 0), 0);

    expect(isEjected(state, 0)).toBe(false);
  });

  it('ejects for 5 s at the third failure in a row', () => {
    const state = ejectAt(wellBehaved, 1000);

    expect(isEjected(state, 1000)).toBe(true);
    expect(isEjected(state, 5999)).toBe(true);
    expect(isEjected(state, 6000)).toBe(false);
  });

  it('starts to count anew after a success', () => {
    const twice = afterFailure(afterFailure(wellBehaved, 0), 0);

    const state = afterFailure(afterSuccess(twice), 0);

    expect(isEjected(state, 0)).toBe(false);
  });

  it('ejects longer each time, up to a minute', () => {
    const lengths: number[] = [];
    let state = wellBehaved;
    let now = 0;
    for (let round = 0; round < 14; round += 1) {
      state = ejectAt(state, now);
      lengths.push((state.ejectedUntil - now) / 1000);
      now = state.ejectedUntil;
    }

    expect(lengths).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 60, 60]);
  });

  it('ejects briefly again after a minute without an ejection', () => {
    const bad = ejectAt(ejectAt(wellBehaved, 0), 5000);

    const state = ejectAt(bad, bad.ejectedUntil + 60_001);

    expect(state.ejectedUntil - (bad.ejectedUntil + 60_001)).toBe(5000);
  });

  it('does not prolong an ejection by failures of work that was under way', () => {
    const ejected = ejectAt(wellBehaved, 0);

    expect(ejectAt(ejected, 100)).toEqual(ejected);
  });

  it('is not ended by a single success', () => {
    expect(isEjected(afterSuccess(ejectAt(wellBehaved, 0)), 100)).toBe(true);
  });
});

describe('active checks', () => {
  const thresholds = { unhealthyThreshold: 2, healthyThreshold: 3 };
  const after = (results: string) =>
    results.split('').reduce((state, result) => afterCheck(state, result === '+', thresholds), assumedUp).up;

  it.each([
    { results: '', up: true, name: 'takes a new target for well' },
    { results: '-', up: true, name: 'forgives one failure' },
    { results: '--', up: false, name: 'marks down at the threshold' },
    { results: '-+-', up: true, name: 'wants failures in a row' },
    { results: '--++', up: false, name: 'wants more than two passes to mark up' },
    { results: '--+++', up: true, name: 'marks up at the threshold' },
    { results: '--++-+++', up: true, name: 'counts passes in a row anew after a failure' },
    { results: '--++-++', up: false, name: 'stays down when passes are interrupted' },
  ])('$name: $results', ({ results, up }) => {
    expect(after(results)).toBe(up);
  });
});

describe('checkDelayMilliseconds', () => {
  it('keeps the interval in a small pool, or is up to a fifth earlier', () => {
    expect(checkDelayMilliseconds(500, 3, 0)).toBe(500);
    expect(checkDelayMilliseconds(500, 3, 0.5)).toBe(450);
    expect(checkDelayMilliseconds(500, 3, 0.999)).toBeGreaterThan(400);
  });

  it.each([10, 50, 100, 1000])('sends about 20 checks per second at most with %i targets', (targets) => {
    for (const random of [0, 0.5, 0.999]) {
      const perSecond = (targets * 1000) / checkDelayMilliseconds(500, targets, random);
      expect(perSecond).toBeLessThanOrEqual(20.001);
    }
  });
});

describe('outages', () => {
  it('begin with a failure after a quiet time, and are fresh for a second', () => {
    const state = afterOutageFailure(noOutage, 5000);

    expect(isFreshOutage(state, 6000)).toBe(true);
    expect(isFreshOutage(state, 6001)).toBe(false);
  });

  it('do not begin again while failures trickle in', () => {
    let state = afterOutageFailure(noOutage, 0);
    for (let now = 2000; now <= 20_000; now += 2000) state = afterOutageFailure(state, now);

    expect(isFreshOutage(state, 20_000)).toBe(false);
  });

  it('begin again after 10 s without a failure', () => {
    const state = afterOutageFailure(afterOutageFailure(noOutage, 0), 10_001);

    expect(isFreshOutage(state, 10_500)).toBe(true);
  });
});
