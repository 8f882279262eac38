import type { Cluster } from './cluster.ts';
import { replaceDeployment } from './cluster.ts';
import type { Move } from './move.ts';
import type { SimDeployment, SimPod, SimReplicaSet } from './objects.ts';
import { keyOf } from './template.ts';

/** ReplicaSets of old templates that are kept. Fewer than `spec.revisionHistoryLimit`, so that now and then one is gone that is needed. */
const historyLimit = 2;

/** What the Deployment controller could do next: strategy `Recreate`, and how available the newest template is. */
export function deploymentMoves(cluster: Cluster): Move[] {
  const moves: Move[] = [];
  for (const deployment of cluster.store.last('deployments')) {
    const pods = cluster.store.last('pods').filter((pod) => pod.deploymentUid === deployment.uid);
    const replicaSets = nextReplicaSets(deployment, pods);
    if (replicaSets !== undefined) moves.push(() => replaceDeployment(cluster, deployment.uid, { replicaSets }));

    const key = keyOf(deployment.template);
    const updated = pods.some(({ replicaSet, terminating }) => replicaSet === key && !terminating);
    const reported = { template: key, updated, available: isAvailable(cluster, deployment, pods) };
    const { template, available } = deployment.reported;
    if (template !== key || available !== reported.available || deployment.reported.updated !== updated) {
      moves.push(() => replaceDeployment(cluster, deployment.uid, { reported }));
    }
  }
  return moves;
}

/**
 * Old pods end before the new ReplicaSet starts one: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#recreate-deployment.
 * undefined: nothing is to be done.
 */
function nextReplicaSets(
  { template, replicas, replicaSets }: SimDeployment,
  pods: readonly SimPod[],
): readonly SimReplicaSet[] | undefined {
  const key = keyOf(template);
  if (replicaSets.some((old) => old.key !== key && old.replicas > 0)) {
    return replicaSets.map((old) => (old.key === key ? old : { ...old, replicas: 0 }));
  }
  if (pods.some((pod) => pod.replicaSet !== key)) return undefined;

  const others = replicaSets.filter((old) => old.key !== key);
  const current = replicaSets.find((found) => found.key === key);
  if (current?.replicas === replicas) return undefined;
  return [...others.slice(-historyLimit), { key, template, replicas }];
}

function isAvailable({ store, milliseconds }: Cluster, { template }: SimDeployment, pods: readonly SimPod[]): boolean {
  const key = keyOf(template);
  const { minReadySeconds } = store.last('pool').spec.rollout;
  return pods.some(({ replicaSet, terminating, report }) => {
    if (replicaSet !== key || terminating || !report.ready) return false;
    return milliseconds - (report.readyMilliseconds ?? milliseconds) >= minReadySeconds * 1000;
  });
}
