import { Counter, type Registry } from 'prom-client';
import type { ApplierMetrics } from '../../kube/apply/metrics.ts';
import type { ControllerMetrics } from '../../kube/controller/metrics.ts';
import type { EventMetrics } from '../../kube/events/metrics.ts';
import type { LeaderElectionMetrics } from '../../kube/leader/metrics.ts';
import { applierMetrics } from '../../kube/metrics/applier.ts';
import { controllerMetrics } from '../../kube/metrics/controller.ts';
import { eventMetrics } from '../../kube/metrics/events.ts';
import { leaderElectionMetrics } from '../../kube/metrics/leader-election.ts';
import { processMetrics } from '../../kube/metrics/process.ts';
import type { ReflectorInstruments } from '../../kube/metrics/reflector.ts';
import { reflectorMetrics } from '../../kube/metrics/reflector.ts';
import { transportMetrics } from '../../kube/metrics/transport.ts';
import type { QueueInstruments } from '../../kube/metrics/work-queue.ts';
import { workQueueMetrics } from '../../kube/metrics/work-queue.ts';
import type { TransportMetrics } from '../../kube/transport/metrics.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import { poolMetrics } from './pool-metrics.ts';

/** All metrics of one operator process. */
export interface OperatorMetrics {
  readonly transport: TransportMetrics;
  readonly leader: LeaderElectionMetrics;
  readonly queue: QueueInstruments;
  readonly controller: ControllerMetrics;
  readonly reflector: (name: string) => ReflectorInstruments;
  readonly events: EventMetrics;
  readonly applier: ApplierMetrics;
  readonly pools: PoolMetrics;
  /** An action of a plan was carried out. */
  readonly actionDone: (action: string) => void;
}

/** The name of the one controller, in the labels of its metrics. */
export const controllerName = 'gatewaypool';

export function operatorMetrics(registry: Registry, leaseName: string): OperatorMetrics {
  const actions = new Counter({
    name: 'gatewaypool_actions_total',
    help: 'Actions of plans that were carried out',
    labelNames: ['action'] as const,
    registers: [registry],
  });
  processMetrics(registry);
  return {
    transport: transportMetrics(registry),
    leader: leaderElectionMetrics(registry, leaseName),
    queue: workQueueMetrics(registry)(controllerName),
    controller: controllerMetrics(registry)(controllerName),
    reflector: reflectorMetrics(registry),
    events: eventMetrics(registry),
    applier: applierMetrics(registry),
    pools: poolMetrics(registry),
    actionDone: (action) => actions.inc({ action }),
  };
}
