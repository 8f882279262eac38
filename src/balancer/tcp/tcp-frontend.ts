import type { Frontend, FrontendContext } from '../frontend.ts';
import { Wire } from '../transport/wire.ts';
import { readBytes, TcpSession } from './tcp-session.ts';

/** TCP: one backend per connection, nothing of it is looked at. */
export function createTcpFrontend(context: FrontendContext): Frontend {
  const sessions = new Set<TcpSession>();

  return {
    accept(accepted) {
      context.counters.connected();
      const session: TcpSession = new TcpSession(
        context,
        (bytes, handler) => Wire.accept(accepted, bytes, handler),
        () => {
          if (sessions.delete(session)) context.left();
        },
      );
      sessions.add(session);
    },
    // A TCP session cannot move: nobody but its two ends knows what it means.
    moveFrom: () => {},
    closeIdle: () => {},
    tick(nowMilliseconds) {
      for (const session of sessions) session.tick(nowMilliseconds);
    },
    setDraining: () => {},
    finish: () => {},
    cut() {
      for (const session of sessions) session.cut();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
    get connections() {
      return sessions.size;
    },
    get waiting() {
      return context.line.length;
    },
    readBytes,
    requests: 0,
  };
}
