import { publishedLimits } from '../../../src/operator/plan/cap.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findPod } from '../cluster/cluster.ts';
import type { SimDeployment, SimPod } from '../cluster/objects.ts';
import type { Process } from '../cluster/process.ts';
import { Violation } from './violation.ts';

/** Guarantee G1: no gateway starts while the seats are full, and never a second one in a slot. */
export function guardCap(cluster: Cluster): { assertMayStart: (process: Process) => void; check: () => void } {
  /** Pods that were evicted from a node which did not answer: they count as gone (the exception that G1 names). */
  const takenOver = new Set<string>();
  let checked: readonly SimDeployment[] | undefined;

  return {
    assertMayStart: ({ podUid }) => {
      const pod = findPod(cluster, podUid);
      if (pod !== undefined) assertMayStart(cluster, pod, takenOver);
    },
    check: () => {
      if (cluster.lostNodes.size > 0) {
        for (const pod of cluster.store.last('pods')) {
          if (pod.terminating && pod.node !== undefined && cluster.lostNodes.has(pod.node)) takenOver.add(pod.uid);
        }
      }
      const deployments = cluster.store.last('deployments');
      if (deployments === checked) return;
      checked = deployments;
      if (new Set(deployments.map(({ slot }) => slot)).size !== deployments.length)
        throw new Violation('two Deployments of one slot');
    },
  };
}

/** Pods whose gateway was let through and that are not gone. */
export function running(cluster: Cluster): SimPod[] {
  return cluster.store.last('pods').filter((pod) => cluster.processes.get(pod.uid)?.marker === true);
}

/** At the very moment at which a sidecar lets its gateway start (it counts among the running ones already). */
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
