import type { CounterLine, HistogramLine, Metrics } from './metrics.ts';

/** Why work was sent to another backend. */
export type RetryReason = 'ConnectFailed' | 'Lost' | 'MarkedDown';

/** Why a client was turned away without reaching a backend, or in the middle of its request. */
export type RejectReason =
  | 'MaxConnections'
  | 'NoBackend'
  | 'QueueFull'
  | 'QueueTimeout'
  | 'BadRequest'
  | 'HeadTimeout'
  | 'ProxyHeader'
  | 'TlsHandshake'
  | 'BodyTimeout';

/** What one listener counts. */
export interface Counters {
  connected(): void;
  /** A response went to a client; `status` of a backend or our own. */
  responded(status: number): void;
  /** From a request's whole head to the last byte of its response. */
  took(milliseconds: number): void;
  retried(reason: RetryReason): void;
  rejected(reason: RejectReason): void;
  /** Work had to wait for a place. */
  queued(): void;
  ejected(backend: string): void;
  /** To be counted up for each piece of work that goes to this backend. Good until the listener is renamed. */
  picks(backend: string): CounterLine;
  /** Octets from and to clients, to be counted up in place. */
  readonly received: CounterLine;
  readonly sent: CounterLine;
  /** The listener has another name from now on. */
  renamed(): void;
}

/** From half a millisecond, as a gateway nearby answers, to a minute, as a job takes. */
const durationSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const durationMilliseconds = durationSeconds.map((seconds) => seconds * 1000);

export function createCounters(metrics: Metrics, listener: () => string): Counters {
  const connections = metrics.counter('gatewaypool_balancer_connections_total', 'Client connections accepted.');
  const responses = metrics.counter('gatewaypool_balancer_responses_total', 'HTTP responses sent to clients.');
  const durations = metrics.histogram(
    'gatewaypool_balancer_request_duration_seconds',
    'Time from the end of an HTTP request head to the last byte of its response; upgraded connections are not in it.',
    durationSeconds,
  );
  const retries = metrics.counter('gatewaypool_balancer_retries_total', 'Work that went on to another backend.');
  const rejections = metrics.counter('gatewaypool_balancer_rejected_total', 'Clients turned away by the balancer.');
  const waits = metrics.counter(
    'gatewaypool_balancer_queued_total',
    'Work that waited because all backends were full.',
  );
  const picks = metrics.counter('gatewaypool_balancer_picks_total', 'Times that a backend was chosen for work.');
  const ejections = metrics.counter(
    'gatewaypool_balancer_ejections_total',
    'Times that a backend was left out for a while.',
  );
  const bytes = metrics.counter('gatewaypool_balancer_bytes_total', 'Bytes from clients (in) and to clients (out).');

  // For the name that the listener has: of the responses by hundreds of the status.
  let responseLines: CounterLine[] = [];
  let connectionLine: CounterLine | undefined;
  let durationLine: HistogramLine | undefined;
  const bytesLine = (direction: 'in' | 'out'): CounterLine => bytes.line({ listener: listener(), direction });

  const counters = {
    received: bytesLine('in'),
    sent: bytesLine('out'),
    connected() {
      connectionLine ??= connections.line({ listener: listener() });
      connectionLine.value += 1;
    },
    responded(status: number) {
      const hundreds = Math.floor(status / 100);
      const line = responseLines[hundreds] ?? responses.line({ listener: listener(), code: `${hundreds}xx` });
      responseLines[hundreds] = line;
      line.value += 1;
    },
    took(milliseconds: number) {
      durationLine ??= durations.line({ listener: listener() });
      // Most requests end in one of the first buckets, so that a search from below is short.
      let bucket = 0;
      while (milliseconds > (durationMilliseconds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
      durationLine.counts[bucket] = (durationLine.counts[bucket] ?? 0) + 1;
      durationLine.sum += milliseconds / 1000;
    },
    retried: (reason: RetryReason) => retries.add({ listener: listener(), reason }),
    rejected: (reason: RejectReason) => rejections.add({ listener: listener(), reason }),
    queued: () => waits.add({ listener: listener() }),
    ejected: (backend: string) => ejections.add({ listener: listener(), backend }),
    picks: (backend: string) => picks.line({ listener: listener(), backend }),
    renamed() {
      responseLines = [];
      connectionLine = undefined;
      durationLine = undefined;
      counters.received = bytesLine('in');
      counters.sent = bytesLine('out');
    },
  } satisfies Counters;
  return counters;
}
