import { Counter, Histogram, type Registry } from 'prom-client';
import type { TransportMetrics } from '../transport/metrics.ts';

/** client-go's. */
const durationBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** The `rest_client_*` metrics. */
export function transportMetrics(registry: Registry): TransportMetrics {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server, by HTTP status, method and host',
    labelNames: ['code', 'method', 'host'] as const,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'How long requests to the API server took; watches until their first byte',
    labelNames: ['verb', 'host'] as const,
    buckets: durationBuckets,
    registers: [registry],
  });
  return {
    exchangeFinished: ({ code, method, host, durationSeconds }) => {
      requests.inc({ code, method, host });
      duration.observe({ verb: method, host }, durationSeconds);
    },
  };
}
