import type { BackendSessions } from '../sessions/session-book.ts';
import type { Wire } from '../transport/wire.ts';
import type { SwitchedEnds } from './exchange.ts';
import type { HttpContext } from './http-context.ts';
import { openTunnel, openWebSocket, type Tunnel } from './tunnel.ts';

/** What a WebSocket's frame gets to end in, when the session is to be cut behind it. */
const lastFrameMilliseconds = 1000;

/** What a client's connection is since both sides switched protocols: a tunnel, one session at its backend, and their time limits. */
export class SwitchedConnection {
  private readonly context: HttpContext;
  private readonly tunnel: Tunnel;
  private session: BackendSessions | undefined;
  /** Octets that came behind the head of the response. */
  private readonly sentWithHead: number;
  /** When it was asked to end while a frame was under way. */
  private leavingSince: number | undefined;

  /** @param protocol that both sides speak now */
  constructor(context: HttpContext, protocol: string, client: Wire, ends: SwitchedEnds, onFinished: () => void) {
    this.context = context;
    this.session = ends.session;
    this.sentWithHead = ends.end - ends.start;
    context.counters.sent.value += this.sentWithHead;
    const open = protocol === 'websocket' ? openWebSocket : openTunnel;
    this.tunnel = open({ ...ends, client }, context.counters, context.now, () => {
      this.endSession();
      onFinished();
    });
  }

  /** Octets from and to the client since the switch. */
  get received(): number {
    return this.tunnel.received;
  }

  get sent(): number {
    return this.sentWithHead + this.tunnel.sent;
  }

  /** Cuts what is idle for too long, or late to leave. `Told`: the client got a last word, and is about to end its side. */
  tick(now: number): 'Told' | 'Open' {
    if (this.tunnel.told) return 'Told';
    const isIdle = now - this.tunnel.activeAt > this.context.limits().idleMilliseconds;
    const isLate = this.leavingSince !== undefined && now - this.leavingSince > lastFrameMilliseconds;
    if (isIdle || isLate) this.tunnel.destroy();
    return 'Open';
  }

  /** Ends the session. `Told`: the client got a last word; else it gets one behind the frame that is under way, or is dropped. */
  cut(): 'Told' | 'Open' {
    this.endSession();
    const told = this.tunnel.goAway();
    if (told === 'Soon') this.leavingSince ??= this.context.now();
    return told === 'Told' ? 'Told' : 'Open';
  }

  destroy(): void {
    this.tunnel.destroy();
  }

  private endSession(): void {
    this.session?.end();
    this.session = undefined;
  }
}
