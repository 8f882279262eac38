import { Counter, type Registry } from 'prom-client';
import type { EventMetrics } from '../events/metrics.ts';

/** The `events_*` metrics of the event recorder. */
export function eventMetrics(registry: Registry): EventMetrics {
  const sent = new Counter({
    name: 'events_sent_total',
    help: 'Events written, new ones and new counts',
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'events_dropped_total',
    help: 'Events that never reached the API server',
    labelNames: ['reason'] as const,
    registers: [registry],
  });
  return { sent: () => sent.inc(), dropped: (reason) => dropped.inc({ reason }) };
}
