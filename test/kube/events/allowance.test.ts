import { describe, expect, it } from '@jest/globals';
import { EventAllowance } from '../../../src/kube/events/allowance.ts';
import { FakeClock } from '../fake-clock.ts';

const taken = (allowance: EventAllowance, object: string, times: number): number =>
  Array.from({ length: times }, () => allowance.take(object)).filter(Boolean).length;

describe('EventAllowance', () => {
  it('lets 25 through at once, then one per 300 s', async () => {
    const clock = new FakeClock();
    const allowance = new EventAllowance(clock);

    const atOnce = taken(allowance, 'a', 100);
    await clock.advance(299_999);
    const early = taken(allowance, 'a', 5);
    await clock.advance(1);
    const onTime = taken(allowance, 'a', 5);

    expect([atOnce, early, onTime]).toEqual([25, 0, 1]);
  });

  it('never saves up more than 25', async () => {
    const clock = new FakeClock();
    const allowance = new EventAllowance(clock);
    taken(allowance, 'a', 1);

    await clock.advance(24 * 3_600_000);

    expect(taken(allowance, 'a', 100)).toBe(25);
  });

  it('does not make one object pay for another', () => {
    const allowance = new EventAllowance(new FakeClock());
    taken(allowance, 'noisy', 100);

    expect(taken(allowance, 'quiet', 2)).toBe(2);
  });

  it('remembers a bounded number of objects, the latest ones', () => {
    const allowance = new EventAllowance(new FakeClock(), 2);
    taken(allowance, 'forgotten', 25);
    taken(allowance, 'remembered', 25);
    taken(allowance, 'third', 1);

    expect(taken(allowance, 'remembered', 1)).toBe(0);
    expect(taken(allowance, 'forgotten', 1)).toBe(1);
  });
});
