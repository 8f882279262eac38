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

  // Of the responses by hundreds of the status; for the name that the listener had when they were made.
  let responseLines: CounterLine[] = [];
  let connectionLine: CounterLine | undefined;
  let linesName = listener();

  /** The name now; forgets the lines of another one. */
  function currentName(): string {
    const name = listener();
    if (name === linesName) return name;
    responseLines = [];
    connectionLine = undefined;
    linesName = name;
    return name;
  }

  function responseLine(hundreds: number): CounterLine {
    const name = currentName();
    responseLines[hundreds] ??= responses.line({ listener: name, code: `${hundreds}xx` });
    return responseLines[hundreds];
  }

  return {
    connected() {
      const name = currentName();
      connectionLine ??= connections.line({ listener: name });
      connectionLine.increase();
    },
    responded: (status) => responseLine(Math.floor(status / 100)).increase(),
    retried: (reason) => retries.add({ listener: listener(), reason }),
    rejected: (reason) => rejections.add({ listener: listener(), reason }),
  };
}
