import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';

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

  it('escapes what would break a line', () => {
    const metrics = createMetrics();
    metrics.counter('hits_total', 'One\\two\nthree').add({ path: 'a"b\\c\nd' });

    expect(metrics.text()).toBe(
      '# HELP hits_total One\\\\two\\nthree\n# TYPE hits_total counter\nhits_total{path="a\\"b\\\\c\\nd"} 1\n',
    );
  });
});
