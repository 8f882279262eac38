import type { CounterLine, Metrics } from './metrics.ts';

/** Why work was sent to another backend. */
export type RetryReason = 'ConnectFailed' | 'Lost' | 'MarkedDown';

/** Why a client was turned away without reaching a backend. */
export type RejectReason = 'MaxConnections' | 'NoBackend' | 'BadRequest' | 'HeadTimeout';

/** What one listener counts. */
export interface Counters {
  connected(): void;
  /** A response went to a client; `status` of a backend or our own. */
  responded(status: number): void;
  retried(reason: RetryReason): void;
  rejected(reason: RejectReason): void;
  /** The listener has another name from now on. */
  renamed(): void;
}

export function createCounters(metrics: Metrics, listener: () => string): Counters {
  const connections = metrics.counter('gatewaypool_balancer_connections_total', 'Client connections accepted.');
  const responses = metrics.counter('gatewaypool_balancer_responses_total', 'HTTP responses sent to clients.');
  const retries = metrics.counter('gatewaypool_balancer_retries_total', 'Work that went on to another backend.');
  const rejections = metrics.counter('gatewaypool_balancer_rejected_total', 'Clients turned away by the balancer.');

  // For the name that the listener has: of the responses by hundreds of the status.
  let responseLines: CounterLine[] = [];
  let connectionLine: CounterLine | undefined;

  return {
    connected() {
      connectionLine ??= connections.line({ listener: listener() });
      connectionLine.value += 1;
    },
    responded(status) {
      const hundreds = Math.floor(status / 100);
      const line = responseLines[hundreds] ?? responses.line({ listener: listener(), code: `${hundreds}xx` });
      responseLines[hundreds] = line;
      line.value += 1;
    },
    retried: (reason) => retries.add({ listener: listener(), reason }),
    rejected: (reason) => rejections.add({ listener: listener(), reason }),
    renamed() {
      responseLines = [];
      connectionLine = undefined;
    },
  };
}
