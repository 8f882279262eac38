import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';
import { readExposition } from './exposition.ts';

describe('createMetrics', () => {
  it('prints counters by their labels', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('hits_total', 'Hits.');

    counter.add({ code: '2xx' });
    counter.add({ code: '5xx' }, 3);
    counter.add({ code: '2xx' });

    expect(metrics.text()).toBe(
      '# HELP hits_total Hits.\n# TYPE hits_total counter\nhits_total{code="2xx"} 2\nhits_total{code="5xx"} 3\n',
    );
  });

  it('counts on a line that was asked for once', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('hits_total', 'Hits.');

    const line = counter.line({ code: '2xx' });
    counter.add({ code: '2xx' });
    line.value += 1;

    expect(metrics.text()).toContain('\nhits_total{code="2xx"} 2\n');
  });

  it('gives the same counter for the same name', () => {
    const metrics = createMetrics();

    metrics.counter('hits_total', 'Hits.').add();
    metrics.counter('hits_total', 'Hits.').add();

    expect(metrics.text()).toContain('\nhits_total 2\n');
  });

  it('reads gauges when it is asked', () => {
    const metrics = createMetrics();
    let value = 1;
    metrics.gauge('level', 'Level.', () => [{ value }]);

    value = 7;

    expect(metrics.text()).toBe('# HELP level Level.\n# TYPE level gauge\nlevel 7\n');
  });

  it('prints the buckets of a histogram cumulated', () => {
    const metrics = createMetrics();
    const line = metrics.histogram('took_seconds', 'Time.', [0.5, 1]).line({ path: 'a' });

    line.counts[0] = 2;
    line.counts[2] = 1;
    line.sum = 3.25;

    expect(metrics.text()).toBe(
      [
        '# HELP took_seconds Time.',
        '# TYPE took_seconds histogram',
        'took_seconds_bucket{path="a",le="0.5"} 2',
        'took_seconds_bucket{path="a",le="1"} 2',
        'took_seconds_bucket{path="a",le="+Inf"} 3',
        'took_seconds_sum{path="a"} 3.25',
        'took_seconds_count{path="a"} 3',
        '',
      ].join('\n'),
    );
  });

  it('gives the same histogram for the same name, and the same line for the same labels', () => {
    const metrics = createMetrics();

    const first = metrics.histogram('took_seconds', 'Time.', [1]);
    const second = metrics.histogram('took_seconds', 'Time.', [1]);

    expect(second.line({ path: 'a' })).toBe(first.line({ path: 'a' }));
    expect(second.line({ path: 'b' })).not.toBe(first.line({ path: 'a' }));
  });

  it('escapes what would break a line', () => {
    const metrics = createMetrics();
    metrics.counter('hits_total', 'One\\two\nthree').add({ path: 'a"b\\c\nd' });

    expect(metrics.text()).toBe(
      '# HELP hits_total One\\\\two\\nthree\n# TYPE hits_total counter\nhits_total{path="a\\"b\\\\c\\nd"} 1\n',
    );
  });

  it('prints what a strict reader of the format understands', () => {
    const metrics = createMetrics();
    metrics.counter('hits_total', 'Hits.').add({ path: 'a"b\\c\nd' });
    metrics.gauge('level', 'Level.', () => [{ value: -1.5 }]);
    metrics.histogram('took_seconds', 'Time.', [0.5]).line({ path: 'x' }).counts[1] = 3;

    const samples = readExposition(metrics.text());

    expect(samples[0]).toEqual({ name: 'hits_total', labels: { path: 'a"b\\c\nd' }, value: 1 });
    expect(samples.map(({ name }) => name)).toEqual([
      'hits_total',
      'level',
      'took_seconds_bucket',
      'took_seconds_bucket',
      'took_seconds_sum',
      'took_seconds_count',
    ]);
  });
});
