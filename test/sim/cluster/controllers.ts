import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import type { Cluster } from './cluster.ts';
import { nodes, replaceDeployment, replacePod, say, terminatePod } from './cluster.ts';
import { deploymentMoves } from './deployment-controller.ts';
import type { Move } from './move.ts';
import type { SimDeployment, SimPod, SimReplicaSet } from './objects.ts';
import { nothingReported } from './objects.ts';

/** What kube-controller-manager and the scheduler could do next. They read what is stored: they are not what is tested. */
export function controllerMoves(cluster: Cluster): Move[] {
  return [
    ...deploymentMoves(cluster),
    ...replicaSetMoves(cluster),
    ...garbageMoves(cluster),
    ...schedulerMoves(cluster),
    ...endpointMoves(cluster),
  ];
}

/** A ReplicaSet counts pods that are not terminating, and replaces a deleted one at once while the old one still works. */
function replicaSetMoves(cluster: Cluster): Move[] {
  const moves: Move[] = [];
  const pods = cluster.store.last('pods');
  for (const deployment of cluster.store.last('deployments')) {
    for (const replicaSet of deployment.replicaSets) {
      const active = pods.filter(
        (pod) => pod.deploymentUid === deployment.uid && pod.replicaSet === replicaSet.key && !pod.terminating,
      );
      if (active.length < replicaSet.replicas) moves.push(() => createPod(cluster, deployment, replicaSet));
      if (active.length > replicaSet.replicas) moves.push(() => scaleDown(cluster, active, replicaSet.replicas));
    }
  }
  return moves;
}

function createPod(cluster: Cluster, { slot, uid }: SimDeployment, { key, template }: SimReplicaSet): void {
  const podUid = cluster.nextUid('pod');
  const name = `${slot}-${podUid.split('-')[1]}`;
  const pod: SimPod = {
    slot,
    name,
    uid: podUid,
    deploymentUid: uid,
    replicaSet: key,
    template,
    node: undefined,
    createdMilliseconds: cluster.milliseconds,
    terminatingSince: undefined,
    terminating: false,
    nodeLost: false,
    report: nothingReported,
  };
  cluster.store.write('pods', [...cluster.store.last('pods'), pod]);
  say(cluster, `ReplicaSet of ${slot} created pod ${name} (${template.revision})`);
}

/** Pods that are not running go first: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset */
function scaleDown(cluster: Cluster, active: readonly SimPod[], replicas: number): void {
  const [victim] = [...active].sort((left, right) => rank(left) - rank(right));
  if (victim === undefined) return;
  terminatePod(cluster, victim.uid);
  const why = replicas === 0 ? 'none is wanted of its template' : 'one too many';
  say(cluster, `ReplicaSet of ${victim.slot} deleted pod ${victim.name}: ${why}`);
}

function rank({ node, report }: SimPod): number {
  return (node === undefined ? 0 : 1) + (report.started ? 2 : 0) + (report.ready ? 4 : 0);
}

function garbageMoves(cluster: Cluster): Move[] {
  const owners = new Set(cluster.store.last('deployments').map(({ uid }) => uid));
  return cluster.store
    .last('pods')
    .filter((pod) => !pod.terminating && !owners.has(pod.deploymentUid))
    .map((pod) => () => {
      terminatePod(cluster, pod.uid);
      say(cluster, `Garbage collector deleted pod ${pod.name}; its gateway goes on until its sessions end`);
    });
}

function schedulerMoves(cluster: Cluster): Move[] {
  const pending = cluster.store.last('pods').filter((pod) => pod.node === undefined && !pod.terminating);
  if (pending.length === 0) return [];

  const cordoned = cluster.store.last('cordoned');
  const up = nodes.filter((node) => !cluster.lostNodes.has(node) && !cordoned.includes(node));
  if (up.length === 0) return [];
  return pending.map((pod) => () => {
    const node = cluster.random.pick(up);
    if (node !== undefined) replacePod(cluster, pod.uid, { node });
  });
}

/** The EndpointSlices follow the pods with a delay, as a whole. */
function endpointMoves(cluster: Cluster): Move[] {
  const stored = cluster.store.last('endpoints');
  const placed = cluster.store.last('pods').filter((pod) => pod.node !== undefined);
  if (placed.length === stored.length && placed.every((pod, position) => isShown(pod, stored[position]))) return [];
  return [() => cluster.store.write('endpoints', placed.map(endpointOf))];
}

function isShown(pod: SimPod, endpoint: SlotEndpoint | undefined): boolean {
  return (
    endpoint?.podUid === pod.uid &&
    endpoint.terminating === pod.terminating &&
    endpoint.serving === pod.report.ready &&
    endpoint.ready === (pod.report.ready && !pod.terminating)
  );
}

function endpointOf(pod: SimPod): SlotEndpoint {
  return {
    slot: pod.slot,
    podName: pod.name,
    podUid: pod.uid,
    // Note: what is found at an address is found by the pod's UID here.
    address: pod.uid,
    ready: pod.report.ready && !pod.terminating,
    serving: pod.report.ready,
    terminating: pod.terminating,
  };
}

/** The Deployment controller writes its status when pods change: the resourceVersion moves on. */
export function deploymentStatusMoves(cluster: Cluster): Move[] {
  return cluster.store.last('deployments').map((deployment) => () => replaceDeployment(cluster, deployment.uid, {}));
}
