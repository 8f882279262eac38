import type { Frontend, FrontendContext } from '../frontend.ts';
import { Wire } from '../transport/wire.ts';
import { ClientConnection } from './client-connection.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';
import { createUpstreamPool, type UpstreamPool } from './upstream-pool.ts';

/** What one HTTP listener's connections share. */
export interface HttpContext extends FrontendContext {
  readonly pool: UpstreamPool;
  readonly budget: RetryBudget;
  /** Each response is the last one on its connection. */
  readonly draining: () => boolean;
  /** The time as of the last tick: at most half a second ago, and without a look at the clock, which costs a hundredth of a request. */
  readonly recently: () => number;
}

const readBytes = 16_384;

/** HTTP/1.1: one backend per request. Messages are checked strictly and passed on as they are; nothing is buffered but their heads. */
export function createHttpFrontend(context: FrontendContext): Frontend {
  const connections = new Set<ClientConnection>();
  const pool = createUpstreamPool(() => context.limits().headBytes);
  let draining = false;
  let finishing = false;
  let lastTick = context.now();
  const http: HttpContext = {
    ...context,
    pool,
    budget: createRetryBudget(),
    draining: () => draining || finishing,
    recently: () => lastTick,
  };

  return {
    accept(accepted) {
      context.counters.connected();
      const connection: ClientConnection = new ClientConnection(
        http,
        (handler) => Wire.accept(accepted, readBytes, handler),
        () => connections.delete(connection),
      );
      connections.add(connection);
    },
    moveFrom(target) {
      for (const connection of connections) connection.moveFrom(target);
    },
    closeIdle: (target) => pool.closeIdle(target),
    tick(nowMilliseconds) {
      lastTick = nowMilliseconds;
      for (const connection of connections) connection.tick(nowMilliseconds);
      pool.expire(nowMilliseconds);
    },
    setDraining(next) {
      draining = next;
    },
    finish() {
      finishing = true;
      for (const connection of connections) connection.finish();
      pool.closeAll();
    },
    cut() {
      for (const connection of connections) connection.cut();
    },
    destroy() {
      for (const connection of connections) connection.destroy();
      pool.closeAll();
    },
    get connections() {
      return connections.size;
    },
    get waiting() {
      return [...connections].filter((connection) => connection.waiting).length;
    },
  };
}
