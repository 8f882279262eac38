import { holderOf, type Lease } from './lease.ts';

/**
 * A follower's view of the Lease. Whether it has expired is judged by how long **we** have seen no change, on our own monotonic clock:
 * the times in the record come from a clock that may be wrong by hours.
 */
export class ObservedLease {
  readonly #defaultLeaseMilliseconds: number;
  #record = '';
  #lease: Lease | undefined;
  #changedAtMilliseconds = 0;

  /** @param defaultLeaseMilliseconds for a record that does not say how long it is valid */
  constructor(defaultLeaseMilliseconds: number) {
    this.#defaultLeaseMilliseconds = defaultLeaseMilliseconds;
  }

  /** Empty when nobody holds it, or when none was ever seen. */
  get holder(): string {
    return this.#lease === undefined ? '' : holderOf(this.#lease);
  }

  /** @param nowMilliseconds when the answer had come, not when it was asked for: the later one makes us wait longer */
  observe(lease: Lease, nowMilliseconds: number): void {
    // Note: only the record counts. A label that somebody puts on the Lease is not a renewal.
    const record = JSON.stringify(lease.spec ?? {});
    if (this.#lease === undefined || record !== this.#record) {
      this.#record = record;
      this.#changedAtMilliseconds = nowMilliseconds;
    }
    this.#lease = lease;
  }

  /** May be taken: given back, never seen, or not renewed for its own duration. */
  isFree(nowMilliseconds: number): boolean {
    if (this.holder === '') return true;
    const seconds = this.#lease?.spec?.leaseDurationSeconds;
    const validMilliseconds = seconds === undefined ? this.#defaultLeaseMilliseconds : seconds * 1000;
    return nowMilliseconds - this.#changedAtMilliseconds >= validMilliseconds;
  }
}
