import type { Wire, WireHandler } from './wire.ts';

/** Where all relays of a listener count their octets, in place: from `one` and from `other`. */
export interface RelayCounts {
  readonly received: { value: number };
  readonly sent: { value: number };
}

/** Two wires joined byte by byte. */
export interface Relay {
  /** When bytes went through, in either direction, as far as somebody asked: then or earlier. The time of `now`. */
  readonly activeAt: number;
  /** Octets that came from `one`, and that came from `other`. */
  readonly received: number;
  readonly sent: number;
  /** Ends `one` in order, with `last` as its last bytes, and drops `other`. What `one` still sends is read and dropped. */
  endWith(last: Buffer): void;
  /** Cuts both sides with a TCP reset, so that neither takes it for an orderly end. */
  reset(): void;
  /** Cuts both sides. */
  destroy(): void;
}

/**
 * Joins two wires: back-pressure, half-close and resets are carried over in both directions. Takes over the handlers of both and lets
 * them read. `onFinished` is called once, when both are closed.
 */
export function relay(one: Wire, other: Wire, counts: RelayCounts, now: () => number, onFinished: () => void): Relay {
  const joined = new JoinedWires(one, other, counts, now, onFinished);
  one.resume();
  other.resume();
  return joined;
}

class JoinedWires implements Relay {
  /** Directions that have ended. */
  ended = 0;
  private readonly one: Wire;
  private readonly other: Wire;
  private readonly fromOne: Direction;
  private readonly fromOther: Direction;
  private readonly now: () => number;
  private readonly onFinished: () => void;
  private open = 2;
  private latest: number;
  private octets = 0;

  constructor(one: Wire, other: Wire, counts: RelayCounts, now: () => number, onFinished: () => void) {
    this.one = one;
    this.other = other;
    this.now = now;
    this.onFinished = onFinished;
    this.latest = now();
    this.fromOne = new Direction(this, one, other, counts, true);
    this.fromOther = new Direction(this, other, one, counts, false);
    one.handler = this.fromOne;
    other.handler = this.fromOther;
  }

  /** Note: time-outs ask twice a second, and the clock is read for them only. To read it for each message would cost more than the message. */
  get activeAt(): number {
    const octets = this.received + this.sent;
    if (octets !== this.octets) this.latest = this.now();
    this.octets = octets;
    return this.latest;
  }

  get received(): number {
    return this.fromOne.octets;
  }

  get sent(): number {
    return this.fromOther.octets;
  }

  endWith(last: Buffer): void {
    // Note: as after an end of both directions, so that the end of `other` does not drop what `one` has to send.
    this.ended = 2;
    if (last.length > 0) this.one.write(last);
    this.one.end();
    this.other.destroy();
    this.one.resume();
  }

  reset(): void {
    this.one.reset();
    this.other.reset();
  }

  destroy(): void {
    this.one.destroy();
    this.other.destroy();
  }

  closed(): void {
    this.open -= 1;
    if (this.open === 0) this.onFinished();
  }
}

class Direction implements WireHandler {
  octets = 0;
  private readonly relay: JoinedWires;
  private readonly from: Wire;
  private readonly to: Wire;
  private readonly counts: RelayCounts;
  private readonly isFromOne: boolean;

  constructor(joined: JoinedWires, from: Wire, to: Wire, counts: RelayCounts, isFromOne: boolean) {
    this.relay = joined;
    this.from = from;
    this.to = to;
    this.counts = counts;
    this.isFromOne = isFromOne;
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    this.octets += end - start;
    const counter = this.isFromOne ? this.counts.received : this.counts.sent;
    counter.value += end - start;
    if (!this.to.write(bytes, start, end)) this.from.pause();
  }

  onEnd(): void {
    this.relay.ended += 1;
    this.to.end();
  }

  onDrained(): void {
    this.to.resume();
  }

  onClosed(error: NodeJS.ErrnoException | undefined): void {
    // Note: after an orderly end of both directions the other wire may still flush, so it must not be dropped here.
    if (error !== undefined) this.to.reset();
    else if (this.relay.ended < 2) this.to.destroy();
    this.relay.closed();
  }
}
