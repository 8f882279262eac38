import type { Wire, WireHandler } from './wire.ts';

/** Where all relays of a listener count their octets, in place: from `one` and from `other`. */
export interface RelayCounts {
  readonly received: { value: number };
  readonly sent: { value: number };
}

/** Two wires joined byte by byte. */
export interface Relay {
  /** When bytes last went through, in either direction: the time of `now`. */
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
  let activeAt = now();
  let received = 0;
  let sent = 0;
  let open = 2;
  let ended = 0;

  function came(octets: number): void {
    received += octets;
    counts.received.value += octets;
  }

  function went(octets: number): void {
    sent += octets;
    counts.sent.value += octets;
  }

  const side = (from: Wire, to: Wire, count: (octets: number) => void): WireHandler => ({
    onBytes: (bytes, start, end) => {
      activeAt = now();
      count(end - start);
      if (!to.write(bytes, start, end)) from.pause();
    },
    onEnd: () => {
      ended += 1;
      to.end();
    },
    onDrained: () => to.resume(),
    onClosed: (error) => {
      // Note: after an orderly end of both directions the other wire may still flush, so it must not be dropped here.
      if (error !== undefined) to.reset();
      else if (ended < 2) to.destroy();
      open -= 1;
      if (open === 0) onFinished();
    },
  });
  one.handler = side(one, other, came);
  other.handler = side(other, one, went);
  one.resume();
  other.resume();
  return {
    get activeAt() {
      return activeAt;
    },
    get received() {
      return received;
    },
    get sent() {
      return sent;
    },
    endWith: (last) => {
      // Note: as after an end of both directions, so that the end of `other` does not drop what `one` has to send.
      ended = 2;
      if (last.length > 0) one.write(last);
      one.end();
      other.destroy();
      one.resume();
    },
    reset: () => {
      one.reset();
      other.reset();
    },
    destroy: () => {
      one.destroy();
      other.destroy();
    },
  };
}
