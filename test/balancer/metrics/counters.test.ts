import { describe, expect, it } from '@jest/globals';
import { createCounters } from '../../../src/balancer/metrics/counters.ts';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';
import { type ExposedSample, readExposition } from './exposition.ts';

const prefix = 'gatewaypool_balancer_';

function countersOf() {
  const metrics = createMetrics();
  let name = 'web';
  const counters = createCounters(metrics, () => name);
  const rename = (next: string): void => {
    name = next;
    counters.renamed();
  };
  const samples = (family: string): readonly ExposedSample[] =>
    readExposition(metrics.text()).filter((sample) => sample.name === `${prefix}${family}`);
  return { counters, rename, samples };
}

describe('the time that requests took', () => {
  it.each([
    { milliseconds: 0, bucket: '0.0005' },
    { milliseconds: 0.5, bucket: '0.0005' },
    { milliseconds: 0.51, bucket: '0.001' },
    { milliseconds: 1, bucket: '0.001' },
    { milliseconds: 2400, bucket: '2.5' },
    { milliseconds: 60_000, bucket: '60' },
    { milliseconds: 60_001, bucket: '+Inf' },
  ])('of $milliseconds ms is in the bucket up to $bucket s and in all larger ones', ({ milliseconds, bucket }) => {
    const { counters, samples } = countersOf();

    counters.took(milliseconds);

    const buckets = samples('request_duration_seconds_bucket');
    const first = buckets.findIndex(({ labels }) => labels['le'] === bucket);
    expect(buckets.map(({ value }) => value)).toEqual(buckets.map((_, index) => (index < first ? 0 : 1)));
    expect(samples('request_duration_seconds_sum')[0]?.value).toBeCloseTo(milliseconds / 1000);
  });

  it('adds up, in seconds', () => {
    const { counters, samples } = countersOf();

    for (const milliseconds of [0.25, 4, 4, 70_000]) counters.took(milliseconds);

    expect(samples('request_duration_seconds_count')).toEqual([
      { name: `${prefix}request_duration_seconds_count`, labels: { listener: 'web' }, value: 4 },
    ]);
    expect(samples('request_duration_seconds_sum')[0]?.value).toBeCloseTo(70.00825);
  });
});

describe('a listener with another name', () => {
  it('counts under it from then on, and what it counted before stays', () => {
    const { counters, rename, samples } = countersOf();
    const countAll = (): void => {
      counters.connected();
      counters.responded(200);
      counters.took(1);
      counters.received.value += 10;
      counters.sent.value += 20;
    };
    countAll();

    rename('api');
    countAll();
    countAll();

    const values = (family: string): unknown => samples(family).map(({ labels, value }) => [labels['listener'], value]);
    const once = [
      ['web', 1],
      ['api', 2],
    ];
    expect(values('connections_total')).toEqual(once);
    expect(values('responses_total')).toEqual(once);
    expect(values('request_duration_seconds_count')).toEqual(once);
    expect(samples('bytes_total').map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { listener: 'web', direction: 'in', value: 10 },
      { listener: 'web', direction: 'out', value: 20 },
      { listener: 'api', direction: 'in', value: 20 },
      { listener: 'api', direction: 'out', value: 40 },
    ]);
  });
});
