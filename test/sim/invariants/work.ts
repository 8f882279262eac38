import type { Cluster } from '../cluster/cluster.ts';
import { acceptsWork } from '../cluster/clients.ts';
import type { Occurrence } from './occurrence.ts';
import { Violation } from './violation.ts';

/** Guarantee G6: new work goes to a gateway that the sidecar knows as ready and not draining, as long as there is one that answers; and to none that was ordered to drain, but by its own sidecar. */
export function assertBestGateway(
  cluster: Cluster,
  { entry, gateway, view, draining, leaving }: Extract<Occurrence, { kind: 'WorkSent' }>,
): void {
  if (draining.has(gateway.podUid) && gateway !== entry) {
    throw new Violation(`G6: ${entry.podName} sent work to ${gateway.podName}, which was ordered to drain`);
  }
  const drains = (podUid: string): boolean => draining.has(podUid) || podUid === leaving;
  const takesWork = view.filter(({ podUid, ready }) => ready && !drains(podUid));
  if (takesWork.some(({ podUid }) => podUid === gateway.podUid)) return;

  const better = takesWork.find(({ podUid }) => {
    const process = cluster.processes.get(podUid);
    return process !== undefined && acceptsWork(cluster, process);
  });
  if (better === undefined) return;
  const why = drains(gateway.podUid) ? 'drains' : 'is not ready';
  throw new Violation(
    `G6: ${entry.podName} sent work to ${gateway.podName}, which ${why}, although ${better.podName} is ready`,
  );
}
