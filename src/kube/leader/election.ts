import { acquireLease } from './acquire.ts';
import { LeaseLostError } from './fence.ts';
import type { Lease } from './lease.ts';
import type { LeaderElectionOptions } from './options.ts';
import { releaseLease } from './release.ts';
import { LeaseRenewal } from './renewal.ts';

/**
 * Waits for the lease, does the leader's work, gives the lease back. Resolves when the signal aborted and the work has ended, or the work
 * ended by itself; rejects with the work's error.
 *
 * @throws LeaseLostError when the lease could not be renewed in time or somebody else holds it. The process must exit then, with a
 *   failure: whatever it still does is no longer covered.
 */
export async function runLeaderElection(options: LeaderElectionOptions, signal: AbortSignal): Promise<void> {
  options.metrics?.leading(false);
  options.logger.info({ lease: options.lease, identity: options.identity }, 'Waiting for the lease');

  const lease = await acquireLease(options, signal);
  if (lease !== undefined) await lead(options, lease, signal);
}

async function lead(options: LeaderElectionOptions, lease: Lease, signal: AbortSignal): Promise<void> {
  const { fence, logger, metrics } = options;
  const renewal = new LeaseRenewal(options, lease);
  const working = new AbortController();
  const stopWorking = (): void => working.abort(signal.reason);
  if (signal.aborted) stopWorking();
  else signal.addEventListener('abort', stopWorking, { once: true });

  logger.info({ lease: options.lease, identity: options.identity }, 'Became the leader');
  metrics?.leading(true);
  let lost = false;
  try {
    await Promise.race([options.onStartedLeading(working.signal), renewal.run()]);
  } catch (error) {
    working.abort(error);
    lost = error instanceof LeaseLostError;
    if (lost) logger.error({ err: error, lease: options.lease }, 'Lost the lease');
    throw error;
  } finally {
    signal.removeEventListener('abort', stopWorking);
    metrics?.leading(false);
    // Note: the lease is given back only after the work has ended and the fence is closed; earlier, two processes could write.
    fence.close();
    await renewal.stop();
    if (!lost) await releaseLease(options, renewal.lease);
  }
}
