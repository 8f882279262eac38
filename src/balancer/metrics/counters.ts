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
}

export function createCounters(metrics: Metrics, listener: () => string): Counters {
  const connections = metrics.counter('gatewaypool_balancer_connections_total', 'Client connections accepted.');
  const responses = metrics.counter('gatewaypool_balancer_responses_total', 'HTTP responses sent to clients.');
  const retries = metrics.counter('gatewaypool_balancer_retries_total', 'Work that went on to another backend.');
  const rejections = metrics.counter('gatewaypool_balancer_rejected_total', 'Clients turned away by the balancer.');

  // By hundreds of the status, for the name that the listener had when they were made.
  let responseLines: CounterLine[] = [];
  let linesName = listener();

  function responseLine(hundreds: number): CounterLine {
    const name = listener();
    if (name !== linesName) responseLines = [];
    linesName = name;
    responseLines[hundreds] ??= responses.line({ listener: name, code: `${hundreds}xx` });
    return responseLines[hundreds];
  }

  return {
    connected: () => connections.add({ listener: listener() }),
    responded: (status) => responseLine(Math.floor(status / 100)).increase(),
    retried: (reason) => retries.add({ listener: listener(), reason }),
    rejected: (reason) => rejections.add({ listener: listener(), reason }),
  };
}
