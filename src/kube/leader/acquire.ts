import { isAlreadyExists, isConflict, isNotFound } from '../errors.ts';
import { retryJitter } from './durations.ts';
import { acquiredLease, holderOf, type Lease, leaseType, newLease } from './lease.ts';
import { ObservedLease } from './observed-lease.ts';
import type { LeaderElectionOptions } from './options.ts';

/** Tries until the lease is ours, or the signal aborts: then undefined. Opens the fence. */
export async function acquireLease(options: LeaderElectionOptions, signal: AbortSignal): Promise<Lease | undefined> {
  const { clock, fence, lease: key, logger, random } = options;
  const observed = new ObservedLease(fence.durations.leaseMilliseconds);
  let reported = '';

  while (!signal.aborted) {
    try {
      const lease = await tryAcquire(options, observed, signal);
      if (lease !== undefined) return lease;
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) logger.debug({ lease: key }, 'Somebody else was faster');
      else if (!signal.aborted) logger.warn({ err: error, lease: key }, 'Could not acquire the lease; will try again');
    }
    if (observed.holder !== reported) {
      reported = observed.holder;
      logger.info({ lease: key, leader: reported }, 'Saw who leads');
    }
    await clock.sleep(fence.durations.retryMilliseconds * (1 + random() * (retryJitter - 1)), signal);
  }
  return undefined;
}

async function tryAcquire(
  options: LeaderElectionOptions,
  observed: ObservedLease,
  signal: AbortSignal,
): Promise<Lease | undefined> {
  const { client, clock, fence, identity, lease: key } = options;
  const call = { signal, deadlineMilliseconds: fence.durations.renewDeadlineMilliseconds / 2 };

  let current: Lease | undefined;
  try {
    current = await client.get<Lease>(leaseType, key, call);
    observed.observe(current, clock.monotonicMilliseconds());
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  // Note: a Lease that was deleted under its holder is waited for like one that is still there; its holder leads on for a moment.
  const ours = current !== undefined && holderOf(current) === identity;
  if (!ours && !observed.isFree(clock.monotonicMilliseconds())) return undefined;

  const sent = fence.now();
  const acquired =
    current === undefined
      ? await client.create(leaseType, newLease(key, identity, fence.durations, clock.now()), call)
      : // With the resourceVersion that we read: of several followers one wins, the others get a conflict.
        await client.replace(leaseType, acquiredLease(current, identity, fence.durations, clock.now()), call);
  fence.renewed(sent);
  return acquired;
}
