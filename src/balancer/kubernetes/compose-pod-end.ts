import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import type { BalancerConfig } from '../config/schema.ts';
import { targetPorts } from '../config/target-ports.ts';
import type { DataPlane } from '../data-plane.ts';
import { createCutter } from '../drain/cut-sessions.ts';
import type { Drain } from '../drain/drain.ts';
import { gatewaySessions } from '../drain/gateway-sessions.ts';
import { createPodEnd, type PodEnd } from '../drain/pod-end.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { listeningPorts } from '../readiness/listening.ts';
import type { OwnSessions } from '../sessions/own-sessions.ts';
import { connectionsFromOutside } from '../sessions/outside-connections.ts';

/** The end of a pod, with the real tables of its network and the real kubelet's file. */
export function composePodEnd(options: {
  readonly drain: Drain;
  readonly dataPlane: DataPlane;
  readonly ownSessions: Pick<OwnSessions, 'count'>;
  readonly config: () => BalancerConfig | undefined;
  readonly metrics: Metrics;
  readonly terminationLog: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cut: AbortSignal;
}): PodEnd {
  const { drain, dataPlane, ownSessions, config, metrics, terminationLog, clock, logger, cut } = options;
  const sessions = (): Promise<number | null> =>
    gatewaySessions({
      config,
      balancerCounts: () => dataPlane.sessions(),
      ownSessions: async () => (await ownSessions.count()).sessions,
      connectionsFromOutside,
    });
  const counter = metrics.counter(
    'gatewaypool_balancer_sessions_cut_total',
    'Sessions that were cut when the time of the pod was over: of the own gateway, and of others that entered here.',
  );
  const ports = (): ReadonlySet<number> => targetPorts(config()?.listeners ?? []);
  return createPodEnd({
    drain,
    dataPlane,
    cutter: createCutter({ dataPlane, gatewaySessions: sessions, counter, terminationLog, logger }),
    gatewaySessions: sessions,
    listens: () => ports().size > 0,
    gatewayRuns: () => {
      const listening = listeningPorts();
      return [...ports()].some((port) => listening.has(port));
    },
    clock,
    cut,
  });
}
