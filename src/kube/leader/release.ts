import { isConflict } from '../errors.ts';
import { holderOf, type Lease, leaseType, releasedLease } from './lease.ts';
import type { LeaderElectionOptions } from './options.ts';

/** Gives the lease back, so that the next process need not wait until it expires. Best effort: never rejects. */
export async function releaseLease(options: LeaderElectionOptions, held: Lease): Promise<void> {
  const { client, clock, fence, identity, lease: key, logger } = options;
  const call = { deadlineMilliseconds: fence.durations.renewDeadlineMilliseconds / 2 };
  try {
    try {
      await client.replace(leaseType, releasedLease(held, clock.now()), call);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // A renewal of ours whose answer was lost may have come in between.
      const current = await client.get<Lease>(leaseType, key, call);
      if (holderOf(current) !== identity) return;
      await client.replace(leaseType, releasedLease(current, clock.now()), call);
    }
    logger.info({ lease: key }, 'Gave the lease back');
  } catch (error) {
    logger.warn({ err: error, lease: key }, 'Could not give the lease back; it expires by itself');
  }
}
