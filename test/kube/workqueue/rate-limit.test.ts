import { describe, expect, it } from '@jest/globals';
import { retryRateLimiter, tokenBucket } from '../../../src/kube/workqueue/rate-limit.ts';
import { FakeClock } from '../fake-clock.ts';

describe('retryRateLimiter', () => {
  it('doubles the delay of a key with each failure, from 5 ms to 300 s at most', () => {
    const limiter = retryRateLimiter(new FakeClock());

    const delays = Array.from({ length: 18 }, () => limiter.next('team/prod'));

    expect(delays.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(delays.slice(-3)).toEqual([163_840, 300_000, 300_000]);
  });

  it('stays at the longest delay for as long as the key fails', () => {
    const limiter = retryRateLimiter(new FakeClock(), { perSecond: 1e9 });

    for (let failure = 0; failure < 5000; failure++) limiter.next('team/prod');

    expect(limiter.next('team/prod')).toBe(300_000);
    expect(limiter.failures('team/prod')).toBe(5001);
  });

  it('starts again from the shortest delay after a success, and keeps keys apart', () => {
    const limiter = retryRateLimiter(new FakeClock());
    limiter.next('team/a');
    limiter.next('team/a');
    limiter.next('team/b');

    limiter.forget('team/a');

    expect(limiter.next('team/a')).toBe(5);
    expect(limiter.next('team/b')).toBe(10);
  });

  it('spaces the retries of very many keys at 10 per second once 100 are used up', async () => {
    const clock = new FakeClock();
    const limiter = retryRateLimiter(clock);

    const delays = Array.from({ length: 103 }, (_, n) => limiter.next(`team/pool-${n}`));
    await clock.advance(60_000);

    expect(delays.slice(98)).toEqual([5, 5, 100, 200, 300]);
    expect(limiter.next('team/later')).toBe(5);
  });
});

describe('tokenBucket', () => {
  it('never holds more than its burst, however long it rests', async () => {
    const clock = new FakeClock();
    const reserve = tokenBucket(clock, 1, 2);

    await clock.advance(3_600_000);

    expect([reserve(), reserve(), reserve()]).toEqual([0, 0, 1000]);
  });
});
