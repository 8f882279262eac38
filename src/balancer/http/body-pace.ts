/** How long a client may be slower than the least speed; also its grace at the beginning. */
const windowMilliseconds = 10_000;

/**
 * The speed at which a client's request bodies come, over windows of 10 s in which we read. Not over a whole body: a fast beginning would
 * then pay for hours of one byte now and then.
 */
export class BodyPace {
  /** The request that it is about: when that one began. */
  private requestAt = Number.NaN;
  private tickedAt = 0;
  private readMilliseconds = 0;
  private octetsBefore = 0;
  /** Whether the client was kept from sending at some time since the last tick: such a tick does not count. */
  private heldBack: 'No' | 'SinceTick' | 'Now' = 'No';

  /** We stop to read, and go on. */
  pause(): void {
    this.heldBack = 'Now';
  }

  resume(): void {
    if (this.heldBack === 'Now') this.heldBack = 'SinceTick';
  }

  /**
   * Called about twice a second while a body comes; gives whether a window has gone by in which it came too slowly.
   * @param octets what the client has sent so far, on all the connection
   */
  isTooSlow(requestAt: number, octets: number, octetsPerSecond: number, nowMilliseconds: number): boolean {
    const wasHeldBack = this.heldBack !== 'No';
    if (this.heldBack === 'SinceTick') this.heldBack = 'No';
    if (this.requestAt !== requestAt) {
      this.requestAt = requestAt;
      this.tickedAt = nowMilliseconds;
      this.beginWindow(octets);
      return false;
    }
    if (!wasHeldBack) this.readMilliseconds += nowMilliseconds - this.tickedAt;
    this.tickedAt = nowMilliseconds;
    if (this.readMilliseconds < windowMilliseconds) return false;
    const tooSlow = (octets - this.octetsBefore) * 1000 < octetsPerSecond * this.readMilliseconds;
    this.beginWindow(octets);
    return tooSlow;
  }

  private beginWindow(octets: number): void {
    this.readMilliseconds = 0;
    this.octetsBefore = octets;
  }
}
