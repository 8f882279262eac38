import { type Relay, type RelayCounts, relay } from '../transport/relay.ts';
import type { Wire } from '../transport/wire.ts';
import { createFrameWalk } from './frame-walk.ts';

/** A client and a backend that speak another protocol with each other since a 101 response. */
export interface Tunnel {
  /** When bytes last went through, in either direction: the time of `now`. */
  readonly activeAt: number;
  /** Octets from and to the client since they switched. */
  readonly received: number;
  readonly sent: number;
  /** The client got a last word: it is about to end its side, or never will. */
  readonly told: boolean;
  /** Ends it: `Told` when the client got a last word, `Soon` when it gets one behind the frame that is under way, else `Dropped`. */
  goAway(): 'Told' | 'Soon' | 'Dropped';
  /** Cuts both sides. */
  destroy(): void;
}

/** What was joined, and what came behind the response's head already: `bytes` from `start` to `end`. */
export interface Ends {
  readonly client: Wire;
  readonly upstream: Wire;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

const goingAway = 1001;
const reason = 'this gateway instance ends';

/** Close, status and reason; a server does not mask: RFC 6455 §5.5.1 and §7.4.1. */
const farewell = Buffer.concat([
  Buffer.from([0x88, 2 + reason.length, Math.floor(goingAway / 256), goingAway % 256]),
  Buffer.from(reason, 'latin1'),
]);

/** A protocol that we do not know: nobody can be told anything in it. */
export function openTunnel(ends: Ends, counts: RelayCounts, now: () => number, onFinished: () => void): Tunnel {
  const { client, upstream, bytes, start, end } = ends;
  if (start < end) client.write(bytes, start, end);
  const joined = relay(client, upstream, counts, now, onFinished);
  return {
    get activeAt() {
      return joined.activeAt;
    },
    get received() {
      return joined.received;
    },
    get sent() {
      return joined.sent;
    },
    told: false,
    goAway() {
      joined.reset();
      return 'Dropped';
    },
    destroy: () => joined.destroy(),
  };
}

/** A WebSocket: its client can be told to go, between two frames of the backend. */
export function openWebSocket(ends: Ends, counts: RelayCounts, now: () => number, onFinished: () => void): Tunnel {
  const { client, upstream } = ends;
  const frames = createFrameWalk();
  follow(ends.bytes, ends.start, ends.end);
  if (ends.start < ends.end) client.write(ends.bytes, ends.start, ends.end);
  const joined: Relay = relay(client, upstream, counts, now, onFinished);
  const carry = upstream.handler;
  let leaving = false;
  let told = false;

  function follow(bytes: Buffer, start: number, end: number): void {
    for (let position = start; position < end; ) position = frames.advance(bytes, position, end);
  }

  /** What came, up to the end of the frame that is under way, then our own last frame. */
  function leaveBehind(bytes: Buffer, start: number, end: number): void {
    carry.onBytes(bytes, start, frames.advance(bytes, start, end));
    if (frames.between) leave();
  }

  /** The backend ends, and has not said so in the protocol that it speaks. */
  function isCutShort(): boolean {
    return frames.between && !frames.closed;
  }

  function leave(): void {
    told = true;
    joined.endWith(frames.closed ? Buffer.alloc(0) : farewell);
  }

  upstream.handler = {
    onBytes(bytes, start, end) {
      if (leaving) {
        leaveBehind(bytes, start, end);
        return;
      }
      follow(bytes, start, end);
      carry.onBytes(bytes, start, end);
    },
    // A gateway that is stopped or killed says nothing itself: without a last frame its clients would see an abnormal closure (1006).
    onEnd: () => {
      if (isCutShort()) leave();
      else carry.onEnd();
    },
    onDrained: () => carry.onDrained(),
    onClosed: (error) => {
      const isLost = error !== undefined && isCutShort();
      if (isLost) leave();
      carry.onClosed(isLost ? undefined : error);
    },
  };
  return {
    get activeAt() {
      return joined.activeAt;
    },
    get received() {
      return joined.received;
    },
    get sent() {
      return joined.sent;
    },
    get told() {
      return told;
    },
    goAway() {
      if (leaving) return 'Soon';
      leaving = true;
      if (!frames.between) return 'Soon';
      leave();
      return 'Told';
    },
    destroy: () => joined.destroy(),
  };
}
