import type { Frontend, FrontendContext } from '../frontend.ts';
import { Wire } from '../transport/wire.ts';
import { ClientConnection } from './client-connection.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';
import { createUpstreamPool, type UpstreamPool } from './upstream-pool.ts';

/** What one HTTP listener's connections share. */
export interface HttpContext extends FrontendContext {
  readonly pool: UpstreamPool;
  readonly budget: RetryBudget;
  readonly draining: () => boolean;
}

const readBytes = 16_384;

/** HTTP/1.1: one backend per request. Messages are checked strictly and passed on as they are; nothing is buffered but their heads. */
export function createHttpFrontend(context: FrontendContext): Frontend {
  const connections = new Set<ClientConnection>();
  const pool = createUpstreamPool(() => context.limits().headBytes);
  let draining = false;
  const http: HttpContext = { ...context, pool, budget: createRetryBudget(), draining: () => draining };

  return {
    accept(socket) {
      context.counters.connected();
      const connection: ClientConnection = new ClientConnection(
        http,
        (handler) => Wire.accept(socket, readBytes, handler),
        () => connections.delete(connection),
      );
      connections.add(connection);
    },
    moveFrom(target) {
      for (const connection of connections) connection.moveFrom(target);
    },
    closeIdle: (target) => pool.closeIdle(target),
    tick(nowMilliseconds) {
      for (const connection of connections) connection.tick(nowMilliseconds);
      pool.expire(nowMilliseconds);
    },
    drain() {
      draining = true;
      for (const connection of connections) connection.drain();
      pool.closeAll();
    },
    destroy() {
      for (const connection of connections) connection.destroy();
      pool.closeAll();
    },
    get connections() {
      return connections.size;
    },
  };
}
