import type { ProbeResult } from '../admin/admin.ts';
import type { BalancerConfig } from '../config/schema.ts';

/**
 * Takes the readiness away from a pod that was ordered to drain, so that its Service sends nobody here any more. Undefined: the drain
 * says nothing about readiness. That of a pod which is being deleted stays as it is: Kubernetes sends nobody there either, unless it is
 * the last one that serves (https://kubernetes.io/docs/concepts/services-networking/service/#proxy-terminating-endpoints), and then it
 * should. A pool without listeners is no Service, and its readiness tells that the gateway works.
 */
export function drainReadiness(
  isOrdered: boolean,
  config: Pick<BalancerConfig, 'listeners'> | undefined,
): ProbeResult | undefined {
  if (!isOrdered || config === undefined || config.listeners.length === 0) return undefined;
  return { ok: false, message: 'The operator ordered this instance to drain: it takes no new sessions' };
}
