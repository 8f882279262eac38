import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { workQueueMetrics } from '../../../src/kube/metrics/work-queue.ts';
import { initialListPriority, WorkQueue } from '../../../src/kube/workqueue/queue.ts';
import { FakeClock } from '../fake-clock.ts';
import { samplesOf } from './sample.ts';

const forever = new AbortController().signal;

function observedQueue(): { registry: Registry; queue: WorkQueue; clock: FakeClock } {
  const registry = new Registry();
  const clock = new FakeClock();
  const { metrics, observe } = workQueueMetrics(registry)('pool');
  const queue = new WorkQueue({ clock, metrics });
  observe(queue);
  return { registry, queue, clock };
}

describe('workQueueMetrics', () => {
  it('shows a queue as it is when the metrics are read', async () => {
    const { registry, queue, clock } = observedQueue();
    queue.add('listed', { priority: initialListPriority });
    queue.add('a');
    queue.add('b');
    await queue.next(forever);
    await clock.advance(3000);

    const depth = await samplesOf(registry, 'workqueue_depth');
    const unfinished = await samplesOf(registry, 'workqueue_unfinished_work_seconds');
    const longest = await samplesOf(registry, 'workqueue_longest_running_processor_seconds');

    expect(depth).toEqual([
      'workqueue_depth{name="pool",controller="pool",priority="0"} 1',
      'workqueue_depth{name="pool",controller="pool",priority="-100"} 1',
    ]);
    expect(unfinished).toEqual(['workqueue_unfinished_work_seconds{name="pool",controller="pool"} 3']);
    expect(longest).toEqual(['workqueue_longest_running_processor_seconds{name="pool",controller="pool"} 3']);
  });

  it('forgets a priority that nothing waits with any more', async () => {
    const { registry, queue } = observedQueue();
    queue.add('listed', { priority: initialListPriority });
    await samplesOf(registry, 'workqueue_depth');
    await queue.next(forever);

    expect(await samplesOf(registry, 'workqueue_depth')).toEqual([
      'workqueue_depth{name="pool",controller="pool",priority="0"} 0',
    ]);
  });

  it('counts adds and retries, and measures waiting and working', async () => {
    const { registry, queue, clock } = observedQueue();

    queue.add('a');
    queue.add('a');
    await clock.advance(2000);
    await queue.next(forever);
    await clock.advance(500);
    queue.addRateLimited('a');
    queue.done('a');
    await clock.advance(5);

    const page = await registry.metrics();
    expect(page).toContain('workqueue_adds_total{name="pool",controller="pool"} 2');
    expect(page).toContain('workqueue_retries_total{name="pool",controller="pool"} 1');
    expect(page).toContain('workqueue_queue_duration_seconds_sum{name="pool",controller="pool"} 2');
    expect(page).toContain('workqueue_work_duration_seconds_sum{name="pool",controller="pool"} 0.5');
  });
});
