import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { FinishedReconcile } from '../../../src/kube/controller/metrics.ts';
import { controllerMetrics } from '../../../src/kube/metrics/controller.ts';
import { samplesOf } from './sample.ts';

const success: FinishedReconcile = { result: 'success', seconds: 0.02, terminal: false, panic: false, timedOut: false };

describe('controllerMetrics', () => {
  it('shows every counter of a controller at 0 from its start', async () => {
    const registry = new Registry();

    controllerMetrics(registry)('pool');

    expect(await samplesOf(registry, 'controller_runtime_reconcile_total')).toEqual([
      'controller_runtime_reconcile_total{controller="pool",result="success"} 0',
      'controller_runtime_reconcile_total{controller="pool",result="requeue_after"} 0',
      'controller_runtime_reconcile_total{controller="pool",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="pool",result="error"} 0',
    ]);
    for (const name of ['reconcile_errors', 'terminal_reconcile_errors', 'reconcile_panics', 'reconcile_timeouts']) {
      const full = `controller_runtime_${name}_total`;
      expect(await samplesOf(registry, full)).toEqual([`${full}{controller="pool"} 0`]);
    }
  });

  it.each([
    { name: 'a success', finished: success, counted: [] },
    { name: 'a conflict', finished: { ...success, result: 'requeue' as const }, counted: [] },
    { name: 'an error', finished: { ...success, result: 'error' as const }, counted: ['reconcile_errors'] },
    {
      name: 'a terminal error',
      finished: { ...success, result: 'error' as const, terminal: true },
      counted: ['reconcile_errors', 'terminal_reconcile_errors'],
    },
    {
      name: 'a panic',
      finished: { ...success, result: 'error' as const, panic: true },
      counted: ['reconcile_errors', 'reconcile_panics'],
    },
    { name: 'a success that came too late', finished: { ...success, timedOut: true }, counted: ['reconcile_timeouts'] },
  ])('counts $name', async ({ finished, counted }) => {
    const registry = new Registry();
    const metrics = controllerMetrics(registry)('pool');

    metrics.reconcileStarted();
    metrics.reconcileFinished(finished);

    const page = await registry.metrics();
    const above0 = page.match(/^controller_runtime_(\w+)_total\{controller="pool"\} 1$/gm) ?? [];
    expect(above0.map((line) => /runtime_(\w+)_total/.exec(line)?.[1])).toEqual(counted);
    expect(page).toContain(`controller_runtime_reconcile_total{controller="pool",result="${finished.result}"} 1`);
    expect(page).toContain('controller_runtime_reconcile_time_seconds_bucket{le="0.01",controller="pool"} 0');
    expect(page).toContain('controller_runtime_reconcile_time_seconds_bucket{le="0.025",controller="pool"} 1');
  });

  it('knows how many workers there are, and how many of them work', async () => {
    const registry = new Registry();
    const metrics = controllerMetrics(registry)('pool');

    metrics.workersStarted(4);
    metrics.reconcileStarted();
    metrics.reconcileStarted();
    metrics.reconcileFinished(success);

    expect(await samplesOf(registry, 'controller_runtime_max_concurrent_reconciles')).toEqual([
      'controller_runtime_max_concurrent_reconciles{controller="pool"} 4',
    ]);
    expect(await samplesOf(registry, 'controller_runtime_active_workers')).toEqual([
      'controller_runtime_active_workers{controller="pool"} 1',
    ]);
  });

  it('keeps controllers apart', async () => {
    const registry = new Registry();
    const metricsFor = controllerMetrics(registry);
    const pool = metricsFor('pool');
    metricsFor('secret');

    pool.reconcileFinished(success);

    const successes = (await samplesOf(registry, 'controller_runtime_reconcile_total')).filter((line) =>
      line.includes('success'),
    );
    expect(successes).toEqual([
      'controller_runtime_reconcile_total{controller="pool",result="success"} 1',
      'controller_runtime_reconcile_total{controller="secret",result="success"} 0',
    ]);
  });
});
