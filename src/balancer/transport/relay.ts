import type { Wire, WireHandler } from './wire.ts';

/** Two wires joined byte by byte. */
export interface Relay {
  /** When bytes last went through, in either direction: the time of `now`. */
  readonly activeAt: number;
  /** Cuts both sides. */
  destroy(): void;
}

/**
 * Joins two wires: back-pressure, half-close and resets are carried over in both directions. Takes over the handlers of both and lets
 * them read. `onFinished` is called once, when both are closed.
 */
export function relay(one: Wire, other: Wire, now: () => number, onFinished: () => void): Relay {
  let activeAt = now();
  let open = 2;
  let ended = 0;

  const side = (from: Wire, to: Wire): WireHandler => ({
    onBytes: (bytes) => {
      activeAt = now();
      if (!to.write(bytes)) from.pause();
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
  one.handler = side(one, other);
  other.handler = side(other, one);
  one.resume();
  other.resume();
  return {
    get activeAt() {
      return activeAt;
    },
    destroy: () => {
      one.destroy();
      other.destroy();
    },
  };
}
