import { Counter, exponentialBuckets, Gauge, Histogram, type Registry } from 'prom-client';
import type { WorkQueueMetrics, WorkQueueState } from '../workqueue/metrics.ts';

/** client-go's: from 10 ns to 1000 s. */
const durationBuckets = exponentialBuckets(1e-8, 10, 12);

/** What the gauges are read from. */
export interface ObservableQueue {
  state(): WorkQueueState;
}

/** The metrics of one queue: `metrics` goes into its constructor, `observe` takes the queue itself. */
export interface QueueInstruments {
  readonly metrics: WorkQueueMetrics;
  readonly observe: (queue: ObservableQueue) => void;
}

/** The `workqueue_*` metrics of all queues of a registry; call the result once per queue. */
export function workQueueMetrics(registry: Registry): (name: string) => QueueInstruments {
  const queues = new Map<string, ObservableQueue>();
  const options = (name: string, help: string) => ({
    name: `workqueue_${name}`,
    help,
    labelNames: ['name', 'controller'] as const,
    registers: [registry],
  });
  /** A gauge that is read from the queues when the metrics are collected. */
  const gauge = (metric: string, help: string, read: (state: WorkQueueState) => number): void => {
    const created = new Gauge({
      ...options(metric, help),
      collect: () => {
        for (const [name, queue] of queues) created.set(labelsOf(name), read(queue.state()));
      },
    });
  };
  const adds = new Counter(options('adds_total', 'Keys that were added'));
  const retries = new Counter(options('retries_total', 'Keys that were put back by the rate limiter'));
  const waited = new Histogram({
    ...options('queue_duration_seconds', 'How long keys were ready before they were handed out'),
    buckets: durationBuckets,
  });
  const worked = new Histogram({
    ...options('work_duration_seconds', 'How long the work on a key took'),
    buckets: durationBuckets,
  });
  gauge(
    'unfinished_work_seconds',
    'Time spent so far on the keys being worked on; grows when work hangs',
    (state) => state.unfinishedSeconds,
  );
  gauge(
    'longest_running_processor_seconds',
    'Time spent so far on the key worked on for longest',
    (state) => state.longestRunningSeconds,
  );
  const depth = new Gauge({
    ...options('depth', 'Keys that are ready to be worked on'),
    labelNames: ['name', 'controller', 'priority'] as const,
    collect: () => {
      // A priority that nothing waits with any more must not keep its last value.
      depth.reset();
      for (const [name, queue] of queues) {
        depth.set({ ...labelsOf(name), priority: 0 }, 0);
        for (const [priority, keys] of queue.state().depthByPriority) depth.set({ ...labelsOf(name), priority }, keys);
      }
    },
  });

  return (name) => {
    const labels = labelsOf(name);
    adds.inc(labels, 0);
    retries.inc(labels, 0);
    return {
      metrics: {
        added: () => adds.inc(labels),
        started: (seconds) => waited.observe(labels, seconds),
        finished: (seconds) => worked.observe(labels, seconds),
        retried: () => retries.inc(labels),
      },
      observe: (queue) => queues.set(name, queue),
    };
  };
}

/** controller-runtime gives a queue the name of its controller, in both labels. */
function labelsOf(name: string): { name: string; controller: string } {
  return { name, controller: name };
}
