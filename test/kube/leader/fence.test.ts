import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/kube/clock.ts';
import { LeaseFence, LeaseLostError } from '../../../src/kube/leader/fence.ts';
import { FakeClock } from '../fake-clock.ts';

/** A fence renewed at time 0, on a clock whose wall part can be stepped, as NTP or a suspended machine does. */
function heldFence(): { clock: FakeClock; fence: LeaseFence; stepWall: (milliseconds: number) => void } {
  const clock = new FakeClock();
  let step = 0;
  const stepped: Clock = {
    monotonicMilliseconds: () => clock.monotonicMilliseconds(),
    now: () => new Date(clock.now().getTime() + step),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
  const fence = new LeaseFence(stepped);
  fence.renewed(fence.now());
  return { clock, fence, stepWall: (milliseconds) => (step += milliseconds) };
}

describe('LeaseFence', () => {
  it('lets nobody write who never held the lease', () => {
    const fence = new LeaseFence(new FakeClock());

    expect(() => fence.assertHeld()).toThrow(LeaseLostError);
    expect(fence.writeMilliseconds()).toBe(0);
    expect(fence.untilDeadlineMilliseconds()).toBe(0);
  });

  it('lets its holder write until the renew deadline, and not a millisecond longer', async () => {
    const { clock, fence } = heldFence();

    await clock.advance(9999);
    expect(() => fence.assertHeld()).not.toThrow();
    await clock.advance(1);

    expect(() => fence.assertHeld()).toThrow(
      'Did not write: the lease was last renewed 10 s ago, and another process may hold it by now',
    );
  });

  it('counts from when the renewal was sent, not from when its answer came', async () => {
    const { clock, fence } = heldFence();
    await clock.advance(2000);
    const sent = fence.now();
    await clock.advance(4000);
    fence.renewed(sent);

    expect(fence.untilDeadlineMilliseconds()).toBe(6000);
  });

  it('bounds a write so that it ends 1 s before anybody else can lead', async () => {
    const { clock, fence } = heldFence();

    const atOnce = fence.writeMilliseconds();
    await clock.advance(9000);

    expect(atOnce).toBe(14_000);
    expect(fence.writeMilliseconds()).toBe(5000);
  });

  it('closes for good when the lease is given back', () => {
    const { fence } = heldFence();

    fence.close();

    expect(() => fence.assertHeld()).toThrow('does not hold the lease');
  });

  it('notices a suspended machine by the wall clock, when the monotonic one stood still', () => {
    const { fence, stepWall } = heldFence();

    stepWall(60_000);

    expect(() => fence.assertHeld()).toThrow('60 s ago');
    expect(fence.writeMilliseconds()).toBe(0);
  });

  it('opens again with the next renewal after the wall clock was put forward', () => {
    const { fence, stepWall } = heldFence();
    stepWall(3_600_000);

    fence.renewed(fence.now());

    expect(() => fence.assertHeld()).not.toThrow();
  });

  it('does not count longer because the wall clock was put back', async () => {
    const { clock, fence, stepWall } = heldFence();
    stepWall(-3_600_000);

    await clock.advance(10_000);

    expect(() => fence.assertHeld()).toThrow('10 s ago');
  });

  it('does not call the leadership over for a wall clock that jumped: only the monotonic deadline does', async () => {
    const { clock, fence, stepWall } = heldFence();
    stepWall(3_600_000);

    await clock.advance(1000);

    expect(fence.untilDeadlineMilliseconds()).toBe(9000);
  });

  it.each([
    {
      name: 'a lease no longer than the renew deadline',
      lease: 10_000,
      renew: 10_000,
      retry: 2000,
      says: 'must be longer than the renew deadline',
    },
    {
      name: 'a renew deadline that leaves no second try',
      lease: 15_000,
      renew: 2400,
      retry: 2000,
      says: 'must be longer than 1.2 retries',
    },
    {
      name: 'a lease that is not whole seconds',
      lease: 15_500,
      renew: 10_000,
      retry: 2000,
      says: 'must be whole seconds, not 15500 ms',
    },
    {
      name: 'no pause between retries',
      lease: 15_000,
      renew: 10_000,
      retry: 0,
      says: 'must be longer than 1.2 retries',
    },
  ])('refuses $name', ({ lease, renew, retry, says }) => {
    const durations = { leaseMilliseconds: lease, renewDeadlineMilliseconds: renew, retryMilliseconds: retry };

    expect(() => new LeaseFence(new FakeClock(), durations)).toThrow(says);
  });
});
