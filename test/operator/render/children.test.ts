import { describe, expect, it } from '@jest/globals';
import { parseSeats } from '../../../src/balancer/seat/seats.ts';
import { disruptionBudget } from '../../../src/operator/render/disruption-budget.ts';
import { networkPolicy } from '../../../src/operator/render/network-policy.ts';
import { seatsConfigMap } from '../../../src/operator/render/seats-config-map.ts';
import { renderedPool } from './rendered-pool.ts';

describe('disruptionBudget', () => {
  it.each([
    { instances: 0, exists: false },
    { instances: 1, exists: false },
    { instances: 2, exists: true },
  ])('for $instances instances exists: $exists', ({ instances, exists }) => {
    expect(disruptionBudget(renderedPool(), instances) !== undefined).toBe(exists);
  });
});

describe('networkPolicy', () => {
  it('opens no port to everybody in a pool that only dials out', () => {
    const { ingress } = networkPolicy(renderedPool(), {}, 'gatewaypool-system').spec;

    expect(ingress.filter((rule) => rule.from === undefined)).toEqual([]);
  });

  it('never opens the port of a gateway to everybody: clients would pass by the balancer', () => {
    const pool = renderedPool({ listeners: [{ name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP' }] });

    const { ingress } = networkPolicy(pool, { ssh: 15100 }, 'gatewaypool-system').spec;
    const open = ingress
      .filter((rule) => rule.from === undefined)
      .flatMap((rule) => rule.ports.map(({ port }) => port));

    expect(open).toEqual([15100]);
  });
});

describe('seatsConfigMap', () => {
  const seats = { generation: 7, maxInstances: 2, mode: 'Hold' as const, slots: ['prod-0'], seated: ['uid-1'] };
  const gate = { ...seats, poolGeneration: 3, externalInstances: 1, rebuilding: false };

  it('is read by the sidecar as it was written', () => {
    const { data } = seatsConfigMap(renderedPool(), gate, '42');

    expect(parseSeats(data['seats.yaml'] ?? '')).toEqual({ ok: true, seats });
  });

  it.each([
    { name: 'carries the version it was decided on', resourceVersion: '42' },
    { name: 'carries no version when there was no gate', resourceVersion: undefined },
  ])('$name', ({ resourceVersion }) => {
    expect(seatsConfigMap(renderedPool(), gate, resourceVersion).metadata.resourceVersion).toBe(resourceVersion);
  });
});
