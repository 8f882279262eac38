import type { CallOptions } from '../client.ts';
import { isConflict, isNotFound } from '../errors.ts';
import { LeaseLostError } from './fence.ts';
import { acquiredLease, holderOf, type Lease, leaseType, newLease } from './lease.ts';
import type { LeaderElectionOptions } from './options.ts';

/** Renews a lease that we hold, until it is told to stop or the lease is lost. */
export class LeaseRenewal {
  readonly #options: LeaderElectionOptions;
  readonly #stopping = new AbortController();
  #lease: Lease;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeaderElectionOptions, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
  }

  /** As the API server last answered it. */
  get lease(): Lease {
    return this.#lease;
  }

  /** Resolves after `stop`. @throws LeaseLostError */
  run(): Promise<void> {
    this.#running = Promise.race([this.#renewAgainAndAgain(), this.#watch()]);
    return this.#running;
  }

  /** Resolves when no renewal is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running.catch(() => undefined);
  }

  async #renewAgainAndAgain(): Promise<void> {
    const { clock, fence, lease: key, logger } = this.#options;
    const stopping = this.#stopping.signal;
    for (;;) {
      await clock.sleep(fence.durations.retryMilliseconds, stopping);
      if (stopping.aborted) return;
      // Asked before each try and not left to the watch alone: after a standstill both timers are due, in any order.
      if (fence.untilDeadlineMilliseconds() === 0) throw this.#overdue();
      try {
        await this.#renew();
      } catch (error) {
        if (error instanceof LeaseLostError) throw error;
        if (stopping.aborted) return;
        logger.warn({ err: error, lease: key }, 'Could not renew the lease; will try again');
      }
    }
  }

  /** Ends the leadership on time even if a call hangs. */
  async #watch(): Promise<void> {
    const { clock, fence } = this.#options;
    const stopping = this.#stopping.signal;
    for (let left = fence.untilDeadlineMilliseconds(); left > 0; left = fence.untilDeadlineMilliseconds()) {
      await clock.sleep(left, stopping);
      if (stopping.aborted) return;
    }
    throw this.#overdue();
  }

  async #renew(): Promise<void> {
    const { client, clock, fence, identity } = this.#options;
    const sent = fence.now();
    try {
      const renewed = acquiredLease(this.#lease, identity, fence.durations, clock.now());
      this.#lease = await client.replace(leaseType, renewed, this.#call());
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      await this.#readAgain();
      return;
    }
    fence.renewed(sent);
  }

  /** The Lease is not the one that we wrote last: our own write with a lost answer, somebody's label, or another holder. */
  async #readAgain(): Promise<void> {
    const { client, clock, fence, identity, lease: key } = this.#options;
    const sent = fence.now();
    try {
      this.#lease = await client.get<Lease>(leaseType, key, this.#call());
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // Deleted by hand. Whoever creates it leads: if that is not us, the next try finds the other one.
      this.#lease = await client.create(leaseType, newLease(key, identity, fence.durations, clock.now()), this.#call());
      fence.renewed(sent);
      return;
    }
    const holder = holderOf(this.#lease);
    if (holder === identity) return;
    throw new LeaseLostError(`Lost the lease ${key.namespace}/${key.name} to ${holder === '' ? 'nobody' : holder}`);
  }

  #call(): CallOptions {
    const { fence } = this.#options;
    // Half the deadline, so that one connection that hangs does not use up the time for a second try.
    return { signal: this.#stopping.signal, deadlineMilliseconds: fence.durations.renewDeadlineMilliseconds / 2 };
  }

  #overdue(): LeaseLostError {
    const { fence, lease: key } = this.#options;
    const seconds = fence.durations.renewDeadlineMilliseconds / 1000;
    return new LeaseLostError(`Could not renew the lease ${key.namespace}/${key.name} within ${seconds} s`);
  }
}
