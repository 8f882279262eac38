import type { Frontend, FrontendContext } from '../frontend.ts';
import { Wire } from '../transport/wire.ts';
import { ClientConnection } from './client-connection.ts';
import type { HttpContext, Recent } from './http-context.ts';
import { createRetryBudget } from './retry-budget.ts';
import { createUpstreamPool } from './upstream-pool.ts';

const readBytes = 16_384;

/** HTTP/1.1: one backend per request. Messages are checked strictly and passed on as they are; nothing is buffered but their heads. */
export function createHttpFrontend(context: FrontendContext): Frontend {
  const connections = new Set<ClientConnection>();
  let draining = false;
  let finishing = false;
  const { headBytes, headFields } = context.limits();
  const recent: Recent = {
    milliseconds: context.now(),
    headBytes,
    headFields,
    allowConnect: context.listener().allowConnect,
    draining: false,
  };
  const pool = createUpstreamPool(recent);
  const http: HttpContext = { ...context, pool, budget: createRetryBudget(), recent };

  return {
    accept(accepted) {
      context.counters.connected();
      const connection: ClientConnection = new ClientConnection(
        http,
        (handler) => Wire.accept(accepted, readBytes, handler),
        () => {
          if (connections.delete(connection)) context.left();
        },
      );
      connections.add(connection);
    },
    moveFrom(target) {
      for (const connection of connections) connection.moveFrom(target);
    },
    closeIdle: (target) => pool.closeIdle(target),
    tick(nowMilliseconds) {
      recent.milliseconds = nowMilliseconds;
      const limits = context.limits();
      recent.headBytes = limits.headBytes;
      recent.headFields = limits.headFields;
      recent.allowConnect = context.listener().allowConnect;
      for (const connection of connections) connection.tick(nowMilliseconds);
      pool.expire(nowMilliseconds);
    },
    setDraining(next) {
      draining = next;
      recent.draining = draining || finishing;
    },
    finish() {
      finishing = true;
      recent.draining = true;
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
      return [...connections].filter((connection) => connection.waiting).length + context.line.length;
    },
    readBytes,
    get requests() {
      return [...connections].filter((connection) => connection.answering).length;
    },
  };
}
