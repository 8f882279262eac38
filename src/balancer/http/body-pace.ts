/** How long a client may be slower than the least speed; also its grace at the beginning. */
export const paceWindowMilliseconds = 10_000;

/**
 * The speed at which a request body comes, over windows of 10 s in which we read. Not over the whole body: a fast beginning would then
 * pay for hours of one byte now and then.
 */
export class BodyPace {
  /** The request that it is about: when that one began. */
  readonly requestAt: number;
  private tickedAt: number;
  private windowMilliseconds = 0;
  private octetsBefore: number;

  /** @param octets what the client has sent so far, on all the connection */
  constructor(requestAt: number, nowMilliseconds: number, octets: number) {
    this.requestAt = requestAt;
    this.tickedAt = nowMilliseconds;
    this.octetsBefore = octets;
  }

  /**
   * Called about twice a second; gives whether a window has gone by in which the body came too slowly.
   * @param heldBack since the last tick we did not read all the time, so that this time is not the client's
   */
  isTooSlow(octets: number, octetsPerSecond: number, heldBack: boolean, nowMilliseconds: number): boolean {
    if (!heldBack) this.windowMilliseconds += nowMilliseconds - this.tickedAt;
    this.tickedAt = nowMilliseconds;
    if (this.windowMilliseconds < paceWindowMilliseconds) return false;
    const tooSlow = (octets - this.octetsBefore) * 1000 < octetsPerSecond * this.windowMilliseconds;
    this.windowMilliseconds = 0;
    this.octetsBefore = octets;
    return tooSlow;
  }
}
