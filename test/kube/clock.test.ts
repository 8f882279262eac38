import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/kube/clock.ts';

describe('systemClock', () => {
  it('sleeps as long as asked', async () => {
    const before = systemClock.monotonicMilliseconds();

    await systemClock.sleep(20, new AbortController().signal);

    expect(systemClock.monotonicMilliseconds() - before).toBeGreaterThanOrEqual(19);
  });

  it.each([
    { name: 'wakes at once when the signal aborts during the sleep', abortFirst: false },
    { name: 'does not sleep when the signal is aborted already', abortFirst: true },
  ])('$name', async ({ abortFirst }) => {
    const controller = new AbortController();
    if (abortFirst) controller.abort();
    const before = systemClock.monotonicMilliseconds();

    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await sleeping;

    expect(systemClock.monotonicMilliseconds() - before).toBeLessThan(1000);
  });

  it('does not wake at once from a sleep that is longer than a timer can be', async () => {
    const controller = new AbortController();
    let awake = false;

    const sleeping = systemClock.sleep(2 ** 40, controller.signal).then(() => {
      awake = true;
    });
    await systemClock.sleep(10, new AbortController().signal);

    expect(awake).toBe(false);
    controller.abort();
    await sleeping;
  });
});
