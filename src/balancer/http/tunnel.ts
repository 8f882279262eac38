import { type Relay, relay } from '../transport/relay.ts';
import type { Wire } from '../transport/wire.ts';
import { createFrameWalk } from './frame-walk.ts';

/** A client and a backend that speak another protocol with each other since a 101 response. */
export interface Tunnel {
  /** When bytes last went through, in either direction: the time of `now`. */
  readonly activeAt: number;
  /** The client got a last word: it is about to end its side, or never will. */
  readonly told: boolean;
  /** Ends it: `Told` when the client got a last word, `Soon` when it gets one behind the frame that is under way, else `Dropped`. */
  goAway(): 'Told' | 'Soon' | 'Dropped';
  /** Cuts both sides. */
  destroy(): void;
}

/** What was joined, and what came behind the response's head already. */
export interface Ends {
  readonly client: Wire;
  readonly upstream: Wire;
  readonly rest: Buffer;
}

const goingAway = 1001;
const reason = 'this gateway instance ends';

/** Close, status and reason; a server does not mask: RFC 6455 §5.5.1 and §7.4.1. */
const farewell = Buffer.concat([
  Buffer.from([0x88, 2 + reason.length, Math.floor(goingAway / 256), goingAway % 256]),
  Buffer.from(reason, 'latin1'),
]);

/** A protocol that we do not know: nobody can be told anything in it. */
export function openTunnel({ client, upstream, rest }: Ends, now: () => number, onFinished: () => void): Tunnel {
  if (rest.length > 0) client.write(rest);
  const joined = relay(client, upstream, now, onFinished);
  return {
    get activeAt() {
      return joined.activeAt;
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
export function openWebSocket(ends: Ends, now: () => number, onFinished: () => void): Tunnel {
  const { client, upstream, rest } = ends;
  const frames = createFrameWalk();
  for (let position = 0; position < rest.length; ) position = frames.advance(rest, position);
  if (rest.length > 0) client.write(rest);
  const joined: Relay = relay(client, upstream, now, onFinished);
  const carry = upstream.handler;
  let leaving = false;
  let told = false;

  /** `bytes` up to the end of the frame that is under way, then our own last frame. */
  function leaveBehind(bytes: Buffer): void {
    const end = frames.advance(bytes, 0);
    carry.onBytes(bytes.subarray(0, end));
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
    onBytes(bytes) {
      if (leaving) {
        leaveBehind(bytes);
        return;
      }
      for (let position = 0; position < bytes.length; ) position = frames.advance(bytes, position);
      carry.onBytes(bytes);
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
