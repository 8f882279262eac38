import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ControllerMetrics } from '../controller/metrics.ts';

/** controller-runtime's buckets, so that dashboards and alerts written for it fit. */
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

const results = ['success', 'requeue_after', 'requeue', 'error'] as const;

/** The `controller_runtime_*` metrics of all controllers of a registry; call the result once per controller. */
export function controllerMetrics(registry: Registry): (controller: string) => ControllerMetrics {
  const options = (name: string, help: string) => ({
    name: `controller_runtime_${name}`,
    help,
    labelNames: ['controller'] as const,
    registers: [registry],
  });
  const total = new Counter({
    ...options('reconcile_total', 'Reconciles that ended, by result'),
    labelNames: ['controller', 'result'] as const,
  });
  const errors = new Counter(options('reconcile_errors_total', 'Reconciles that failed'));
  const terminal = new Counter(
    options('terminal_reconcile_errors_total', 'Reconciles that failed and are not retried'),
  );
  const panics = new Counter(options('reconcile_panics_total', 'Reconciles that failed by a mistake in the program'));
  const timeouts = new Counter(options('reconcile_timeouts_total', 'Reconciles that took longer than they may'));
  const time = new Histogram({
    ...options('reconcile_time_seconds', 'How long reconciles took'),
    buckets: reconcileBuckets,
  });
  const active = new Gauge(options('active_workers', 'Reconciles that run now'));
  const most = new Gauge(options('max_concurrent_reconciles', 'Reconciles that may run at the same time'));

  return (controller) => {
    // A rate over a counter that appears with its first error misses that error: start all of them at 0.
    for (const result of results) total.inc({ controller, result }, 0);
    for (const counter of [errors, terminal, panics, timeouts]) counter.inc({ controller }, 0);
    active.set({ controller }, 0);

    return {
      workersStarted: (count) => most.set({ controller }, count),
      reconcileStarted: () => active.inc({ controller }),
      reconcileFinished: (finished) => {
        active.dec({ controller });
        total.inc({ controller, result: finished.result });
        time.observe({ controller }, finished.seconds);
        if (finished.result === 'error') errors.inc({ controller });
        if (finished.terminal) terminal.inc({ controller });
        if (finished.panic) panics.inc({ controller });
        if (finished.timedOut) timeouts.inc({ controller });
      },
    };
  };
}
