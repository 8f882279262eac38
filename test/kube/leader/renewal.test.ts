import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Clock } from '../../../src/kube/clock.ts';
import { defaultDurations } from '../../../src/kube/leader/durations.ts';
import { LeaseFence, LeaseLostError } from '../../../src/kube/leader/fence.ts';
import { newLease } from '../../../src/kube/leader/lease.ts';
import { LeaseRenewal } from '../../../src/kube/leader/renewal.ts';
import { FakeClock } from '../fake-clock.ts';
import { memoryLogger } from '../memory-logger.ts';

const key = { namespace: 'kube-system', name: 'operator' };

/** A renewal that runs, on a clock that can stand still; only sequence and time are tested here, against a client that never answers. */
function renewing() {
  const fake = new FakeClock();
  let standstill = 0;
  const clock: Clock = {
    monotonicMilliseconds: () => fake.monotonicMilliseconds() + standstill,
    now: () => fake.now(),
    sleep: (milliseconds, signal) => fake.sleep(milliseconds, signal),
  };
  const fence = new LeaseFence(clock);
  fence.renewed(fence.now());
  const sentAt: number[] = [];
  const hangs = (): Promise<never> => new Promise(() => {});
  const client: KubeClient = {
    get: hangs,
    list: hangs,
    create: hangs,
    apply: hangs,
    mergePatch: hangs,
    delete: hangs,
    replace: () => {
      sentAt.push(fake.monotonicMilliseconds());
      return hangs();
    },
  };
  const options = {
    client,
    lease: key,
    identity: 'us',
    clock,
    random: () => 0,
    fence,
    onStartedLeading: hangs,
    logger: memoryLogger().logger,
  };
  const renewal = new LeaseRenewal(options, newLease(key, 'us', defaultDurations, clock.now()));
  const ended = renewal.run().then(
    () => undefined,
    (error: unknown) => error,
  );
  return { fake, renewal, ended, sentAt, standStill: (milliseconds: number) => (standstill += milliseconds) };
}

describe('LeaseRenewal', () => {
  it('gives the lease up at the renew deadline even if its call never returns', async () => {
    const { fake, ended, sentAt } = renewing();
    let error: unknown;
    void ended.then((reason) => (error = reason));

    await fake.advance(9999);
    const before = error;
    await fake.advance(1);

    expect(before).toBeUndefined();
    expect(error).toBeInstanceOf(LeaseLostError);
    expect(error).toHaveProperty('message', 'Could not renew the lease kube-system/operator within 10 s');
    expect(sentAt).toEqual([2000]);
  });

  it('renews nothing after a standstill, whichever of its timers comes first', async () => {
    const { fake, ended, sentAt, standStill } = renewing();
    await fake.advance(1000);

    standStill(60_000);
    await fake.advance(1000);

    expect(await ended).toBeInstanceOf(LeaseLostError);
    expect(sentAt).toEqual([]);
  });

  it('stops at once, in the middle of a call, and leaves no timer behind', async () => {
    const { fake, renewal, ended } = renewing();
    await fake.advance(3000);

    await renewal.stop();

    expect(await ended).toBeUndefined();
    expect(fake.sleeping).toBe(0);
  });
});
