import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import { poolMetrics } from '../../../src/operator/metrics/pool-metrics.ts';

const pool = { namespace: 'team-a', name: 'prod' };
const status: GatewayPoolStatus = {
  maxInstances: 2,
  desiredInstances: 2,
  occupiedSeats: 4,
  externalInstances: 1,
  surplusInstances: 2,
  readyInstances: 1,
  drainingInstances: 1,
  updatedInstances: 3,
  slots: [
    { name: 'prod-0', state: 'Ready', reason: '' },
    { name: 'prod-1', state: 'Held', reason: '' },
    { name: 'prod-2', state: 'Held', reason: '' },
  ],
  conditions: [
    { type: 'Ready', status: 'False', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    { type: 'CapExceeded', status: 'True', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    { type: 'ConfigValid', status: 'Unknown', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
};

const sample = (name: string, more = ''): string => `gatewaypool_${name}{namespace="team-a",pool="prod"${more}}`;

describe('poolMetrics', () => {
  it.each([
    { series: sample('max_instances'), value: 2 },
    { series: sample('occupied_seats'), value: 4 },
    { series: sample('external_instances'), value: 1 },
    { series: sample('surplus_instances'), value: 2 },
    { series: sample('draining_instances'), value: 1 },
    { series: sample('sessions_cut_total'), value: 0 },
    { series: sample('instances', ',state="Held"'), value: 2 },
    { series: sample('instances', ',state="Lost"'), value: 0 },
    { series: sample('condition', ',type="CapExceeded"'), value: 1 },
    { series: sample('condition', ',type="Ready"'), value: 0 },
    { series: sample('condition', ',type="ConfigValid"'), value: -1 },
  ])('says $series $value', async ({ series, value }) => {
    const registry = new Registry();

    poolMetrics(registry).report(pool, status);

    expect(await registry.metrics()).toContain(`${series} ${value}\n`);
  });

  it('counts the sessions that were cut, from the 0 that it showed before', async () => {
    const registry = new Registry();
    const metrics = poolMetrics(registry);
    metrics.report(pool, status);

    metrics.sessionsCut(pool, 2);
    metrics.sessionsCut(pool, 3);
    metrics.report(pool, status);

    expect(await registry.metrics()).toContain(`${sample('sessions_cut_total')} 5\n`);
  });

  it('ends the series of a pool that is gone, and of no other', async () => {
    const registry = new Registry();
    const metrics = poolMetrics(registry);
    metrics.report(pool, status);
    metrics.report({ ...pool, name: 'test' }, status);

    metrics.forget(pool);

    expect(await registry.metrics()).not.toContain('pool="prod"');
    expect(await registry.metrics()).toContain('pool="test"');
  });
});
