import { describe, expect, it } from '@jest/globals';
import { mergeFamilies } from '../../../src/balancer/metrics/merge-families.ts';
import type { Metrics } from '../../../src/balancer/metrics/metrics.ts';
import { createMetrics, printFamilies } from '../../../src/balancer/metrics/text-metrics.ts';

/** The lines of several threads as they are printed, without comments. */
function merged(...threads: readonly Metrics[]): string[] {
  const text = printFamilies(mergeFamilies(threads.map((metrics) => metrics.families())));
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('mergeFamilies', () => {
  it('adds up counters by their labels, and keeps those that only one thread has', () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.counter('picks_total', 'Picks.').add({ backend: 'prod-0' }, 3);
    other.counter('picks_total', 'Picks.').add({ backend: 'prod-0' }, 4);
    other.counter('picks_total', 'Picks.').add({ backend: 'prod-1' }, 1);
    other.counter('ejections_total', 'Ejections.').add();

    expect(merged(one, other)).toEqual([
      'picks_total{backend="prod-0"} 7',
      'picks_total{backend="prod-1"} 1',
      'ejections_total 1',
    ]);
  });

  it('adds up histograms bucket by bucket', () => {
    const threads = [0, 1].map((bucket) => {
      const metrics = createMetrics();
      const line = metrics.histogram('seconds', 'Times.', [1, 2]).line({});
      line.counts[bucket] = 2;
      line.sum = 1.5;
      return metrics;
    });

    expect(merged(...threads)).toEqual([
      'seconds_bucket{le="1"} 2',
      'seconds_bucket{le="2"} 4',
      'seconds_bucket{le="+Inf"} 4',
      'seconds_sum 3',
      'seconds_count 4',
    ]);
  });

  it.each([
    { name: 'adds up gauges', merging: undefined, line: 'gauge 3' },
    { name: 'takes the largest where that is what is asked', merging: 'Most' as const, line: 'gauge 2' },
    { name: 'takes the smallest where that is what is asked', merging: 'Least' as const, line: 'gauge 1' },
  ])('$name', ({ merging, line }) => {
    const threads = [1, 2].map((value) => {
      const metrics = createMetrics();
      metrics.gauge('gauge', 'A gauge.', () => [{ value }], merging);
      return metrics;
    });

    expect(merged(...threads)).toEqual([line]);
  });

  it('says of each name once what it is', () => {
    const threads = [createMetrics(), createMetrics()];
    for (const metrics of threads) metrics.counter('picks_total', 'Picks.').add();

    const text = printFamilies(mergeFamilies(threads.map((metrics) => metrics.families())));

    expect(text).toBe('# HELP picks_total Picks.\n# TYPE picks_total counter\npicks_total 2\n');
  });
});
