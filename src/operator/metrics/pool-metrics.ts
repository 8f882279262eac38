import { Counter, Gauge, type Registry } from 'prom-client';
import type { GatewayPoolStatus } from '../../api/status.ts';
import { conditionTypes } from '../../api/conditions.ts';
import { slotStates } from '../../api/status.ts';

/** Where reconciles report what a pool is like. */
export interface PoolMetrics {
  /** After each look, also one that wrote nothing. */
  report(pool: { readonly namespace: string; readonly name: string }, status: GatewayPoolStatus): void;
  /** Sessions ended because their pod did. */
  sessionsCut(pool: { readonly namespace: string; readonly name: string }, sessions: number): void;
  /** The pool is gone: its series end. */
  forget(pool: { readonly namespace: string; readonly name: string }): void;
}

const counts = {
  max_instances: ['The cap in force', (status) => status.maxInstances],
  desired_instances: ['Instances wanted in the cluster', (status) => status.desiredInstances],
  ready_instances: ['Instances in the cluster that are ready', (status) => status.readyInstances],
  updated_instances: [
    'Instances that run the current image, template and configuration',
    (status) => status.updatedInstances,
  ],
  occupied_seats: ['Seats taken under the cap, those of external instances included', (status) => status.occupiedSeats],
  external_instances: ['Seats that external instances take', (status) => status.externalInstances],
  draining_instances: [
    'Instances that get no new sessions and end when their last one is over',
    (status) => status.drainingInstances,
  ],
  surplus_instances: [
    'Seats taken above the cap; nothing is stopped because of them',
    (status) => status.surplusInstances,
  ],
} as const satisfies Record<string, readonly [help: string, read: (status: GatewayPoolStatus) => number | undefined]>;

/** The `gatewaypool_*` metrics: what `kubectl get gwp` shows, for dashboards and alerts. */
export function poolMetrics(registry: Registry): PoolMetrics {
  const gauge = <L extends string>(name: string, help: string, ...more: L[]): Gauge<'namespace' | 'pool' | L> =>
    new Gauge({ name: `gatewaypool_${name}`, help, labelNames: ['namespace', 'pool', ...more], registers: [registry] });
  const gauges = Object.entries(counts).map(([name, [help, read]]) => ({ gauge: gauge(name, help), read }));
  const instances = gauge('instances', 'Instances in the cluster by state', 'state');
  const cut = new Counter({
    name: 'gatewaypool_sessions_cut_total',
    help: 'Sessions that were cut off because the pod that they ran through ended',
    labelNames: ['namespace', 'pool'],
    registers: [registry],
  });
  const condition = gauge('condition', 'Conditions: 1 = True, 0 = False, -1 = Unknown', 'type');

  return {
    report: ({ namespace, name: pool }, status) => {
      // So that the first cut shows as an increase: a series that begins at 1 does not.
      cut.inc({ namespace, pool }, 0);
      for (const { gauge: each, read } of gauges) each.set({ namespace, pool }, read(status) ?? 0);
      for (const state of slotStates) {
        const inState = status.slots?.filter((slot) => slot.state === state).length ?? 0;
        instances.set({ namespace, pool, state }, inState);
      }
      for (const { type, status: value } of status.conditions ?? []) {
        condition.set({ namespace, pool, type }, value === 'Unknown' ? -1 : Number(value === 'True'));
      }
    },
    sessionsCut: ({ namespace, name: pool }, sessions) => cut.inc({ namespace, pool }, sessions),
    forget: ({ namespace, name: pool }) => {
      for (const { gauge: each } of gauges) each.remove({ namespace, pool });
      cut.remove({ namespace, pool });
      for (const state of slotStates) instances.remove({ namespace, pool, state });
      for (const type of conditionTypes) condition.remove({ namespace, pool, type });
    },
  };
}
