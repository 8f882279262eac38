/**
 * So much of what a client sends is kept while its work waits; then the client is paused. Enough to see most clients go, as one that is
 * not read from is not seen to end.
 */
export const keptWhileWaitingOctets = 16_384;

/** A piece of work that waits because all backends which could take it are full. */
export interface Waiter {
  /** Goes to a backend if one has room. False: there is none, so it goes on waiting. */
  tryStart(): boolean;
  /** It was at some backends already: that there is no room for it says nothing of those behind it. */
  readonly choosy: boolean;
  /** It waited for too long. It is not in the line any more. */
  onWaitedInVain(): void;
}

/** What the lines of all listeners tell each other. */
export interface LineKeeper {
  joined(line: WaitingLine): void;
  left(line: WaitingLine): void;
}

/** The work of one listener that waits for room at a backend: who came first is first. */
export class WaitingLine {
  /** How many wait. A plain value, as each request looks at it: who comes now must not overtake them. */
  length = 0;
  /** Since when, in milliseconds; in the order in which they came. */
  private readonly since = new Map<Waiter, number>();
  private readonly keeper: LineKeeper;

  constructor(keeper: LineKeeper) {
    this.keeper = keeper;
  }

  /** False: already `longest` wait. */
  join(waiter: Waiter, longest: number, nowMilliseconds: number): boolean {
    if (this.length >= longest) return false;
    this.since.set(waiter, nowMilliseconds);
    this.length += 1;
    this.keeper.joined(this);
    return true;
  }

  /** It does not want to wait any more. */
  leave(waiter: Waiter): void {
    if (!this.since.delete(waiter)) return;
    this.length -= 1;
    this.keeper.left(this);
  }

  /** Lets the first one go for which there is room; false = there is room for nobody. */
  serveOne(): boolean {
    for (const waiter of this.since.keys()) {
      if (waiter.tryStart()) {
        this.leave(waiter);
        return true;
      }
      if (!waiter.choosy) return false;
    }
    return false;
  }

  /** Sends away who waited for so long. */
  expire(milliseconds: number, nowMilliseconds: number): void {
    for (const [waiter, since] of this.since) {
      if (nowMilliseconds - since < milliseconds) return;
      this.leave(waiter);
      waiter.onWaitedInVain();
    }
  }
}
