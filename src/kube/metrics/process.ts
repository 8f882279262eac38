import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Memory, CPU, open files, event loop and garbage collection of this process, under the names that Prometheus clients share. */
export function processMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
}
