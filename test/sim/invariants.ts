import { publishedLimits } from '../../src/operator/plan/cap.ts';
import type { Cluster, Occurrence } from './cluster/cluster.ts';
import type { SimPod } from './cluster/objects.ts';

/** A guarantee does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Watches everything that happens and throws at the first step that breaks a guarantee. */
export function guard(cluster: Cluster): { check: () => void } {
  /** Pods that were evicted from a node which did not answer: they count as gone (the exception that G1 names). */
  const takenOver = new Set<string>();

  cluster.onOccurrence = (occurrence: Occurrence): void => {
    if (occurrence.kind === 'GatewayStarted') {
      const pod = cluster.store.last('pods').find(({ uid }) => uid === occurrence.process.podUid);
      if (pod !== undefined) assertMayStart(cluster, pod, takenOver);
      return;
    }
    const { slot, uid } = occurrence.deployment;
    const cut = running(cluster).find((pod) => pod.deploymentUid === uid && !pod.terminating);
    if (cut !== undefined)
      throw new Violation(`G2, G3: the operator deleted slot ${slot}, where pod ${cut.name} runs a gateway`);
  };

  return {
    check: () => {
      for (const pod of cluster.store.last('pods')) {
        if (pod.terminating && pod.node !== undefined && cluster.lostNodes.has(pod.node)) takenOver.add(pod.uid);
      }
      assertPlanKeepsReplicas(cluster);
    },
  };
}

/** Pods whose gateway was let through and that are not gone. */
export function running(cluster: Cluster): SimPod[] {
  return cluster.store.last('pods').filter((pod) => cluster.processes.get(pod.uid)?.marker === true);
}

/** G1, at the very moment at which a sidecar lets its gateway start (it counts among the running ones already). */
function assertMayStart(cluster: Cluster, pod: SimPod, takenOver: ReadonlySet<string>): void {
  const counted = running(cluster).filter(({ uid }) => uid === pod.uid || !takenOver.has(uid));
  const sameSlot = counted.filter(({ slot }) => slot === pod.slot);
  if (sameSlot.length > 1) {
    throw new Violation(`G1: two gateways run in slot ${pod.slot}: ${sameSlot.map(({ name }) => name).join(', ')}`);
  }

  const limits = publishedLimits(cluster.store.last('pool').status);
  if (limits === undefined) return;

  const seats = counted.length + limits.externalInstances;
  if (seats > limits.maxInstances) {
    const names = counted.map(({ name }) => name).join(', ');
    throw new Violation(
      `G1: ${pod.name} started a gateway although the seats were full: ${seats} of ${limits.maxInstances} (${names}, ${limits.externalInstances} external)`,
    );
  }
}

/** G4: a slot is one instance or, when somebody scaled it so, what that person said. The operator itself never scales one to 0. */
function assertPlanKeepsReplicas(cluster: Cluster): void {
  const names = cluster.store.last('deployments').map(({ slot }) => slot);
  if (new Set(names).size !== names.length) throw new Violation('two Deployments of one slot');
}
