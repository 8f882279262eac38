import type { BalancerConfig } from '../config/schema.ts';
import { targetPorts } from '../config/target-ports.ts';
import type { SessionCounts } from '../sessions/session-counts.ts';

export interface GatewaySessionsOptions {
  readonly config: () => Pick<BalancerConfig, 'sessions' | 'listeners'> | undefined;
  /** What runs through this sidecar. */
  readonly balancerCounts: () => SessionCounts;
  /** By kernel tables or by what the gateway says; null: unknown. */
  readonly ownSessions: () => Promise<number | null>;
  /** Connections from other pods to these ports of the gateway; null: unknown. */
  readonly connectionsFromOutside: (ports: ReadonlySet<number>) => Promise<number | null>;
}

/**
 * All sessions of this pod's gateway, also those that entered through the sidecars of other pods: what must be over before the gateway
 * may end. null: unknown, which counts as busy.
 *
 * Other sidecars need not be asked: their sessions are connections to the gateway, and the pod's own socket tables show them. Idle
 * connections that they keep for HTTP show there too, until they learn that this pod drains and close them. A gateway that tells its
 * own number knows better than any table.
 */
export async function gatewaySessions(options: GatewaySessionsOptions): Promise<number | null> {
  const config = options.config();
  if (config === undefined) return null;
  if (config.sessions.source !== 'Balancer') return options.ownSessions();

  const outside = await options.connectionsFromOutside(targetPorts(config.listeners));
  return outside === null ? null : options.balancerCounts().sessions + outside;
}
