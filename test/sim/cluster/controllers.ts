import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import type { Cluster } from './cluster.ts';
import { nodes, replaceDeployment, replacePod, say } from './cluster.ts';
import type { SimDeployment, SimPod } from './objects.ts';

/** Something that a component of Kubernetes could do now; undefined in a list that is empty: it has nothing to do. */
export type Move = () => void;

/** What kube-controller-manager and the scheduler could do next. They read what is stored: they are not what is tested. */
export function controllerMoves(cluster: Cluster): Move[] {
  return [...replicaSetMoves(cluster), ...garbageMoves(cluster), ...schedulerMoves(cluster), ...endpointMoves(cluster)];
}

/** A ReplicaSet counts pods that are not terminating, and replaces a deleted one at once while the old one still works. */
function replicaSetMoves(cluster: Cluster): Move[] {
  const moves: Move[] = [];
  const pods = cluster.store.last('pods');
  for (const deployment of cluster.store.last('deployments')) {
    const active = pods.filter((pod) => pod.deploymentUid === deployment.uid && !pod.terminating);
    if (active.length < deployment.replicas) moves.push(() => createPod(cluster, deployment));
    if (active.length > deployment.replicas) moves.push(() => scaleDown(cluster, active));
  }
  return moves;
}

function createPod(cluster: Cluster, { slot, uid, revision }: SimDeployment): void {
  const podUid = cluster.nextUid('pod');
  const name = `${slot}-${podUid.split('-')[1]}`;
  const pod: SimPod = {
    slot,
    name,
    uid: podUid,
    deploymentUid: uid,
    revision,
    node: undefined,
    terminating: false,
    nodeLost: false,
    started: false,
    ready: false,
  };
  cluster.store.write('pods', [...cluster.store.last('pods'), pod]);
  say(cluster, `ReplicaSet of ${slot} created pod ${name}`);
}

/** Pods that are not running go first: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset */
function scaleDown(cluster: Cluster, active: readonly SimPod[]): void {
  const [victim] = [...active].sort((left, right) => rank(left) - rank(right));
  if (victim === undefined) return;
  replacePod(cluster, victim.uid, { terminating: true, ready: false });
  say(cluster, `ReplicaSet of ${victim.slot} deleted pod ${victim.name}, one too many`);
}

function rank(pod: SimPod): number {
  return (pod.node === undefined ? 0 : 1) + (pod.started ? 2 : 0) + (pod.ready ? 4 : 0);
}

function garbageMoves(cluster: Cluster): Move[] {
  const owners = new Set(cluster.store.last('deployments').map(({ uid }) => uid));
  return cluster.store
    .last('pods')
    .filter((pod) => !pod.terminating && !owners.has(pod.deploymentUid))
    .map((pod) => () => {
      replacePod(cluster, pod.uid, { terminating: true, ready: false });
      say(cluster, `Garbage collector deleted pod ${pod.name}; its gateway goes on until its sessions end`);
    });
}

function schedulerMoves(cluster: Cluster): Move[] {
  const up = nodes.filter((node) => !cluster.lostNodes.has(node));
  return cluster.store
    .last('pods')
    .filter((pod) => pod.node === undefined && !pod.terminating && up.length > 0)
    .map((pod) => () => {
      const node = cluster.random.pick(up);
      if (node !== undefined) replacePod(cluster, pod.uid, { node });
    });
}

/** The EndpointSlices follow the pods with a delay, as a whole. */
function endpointMoves(cluster: Cluster): Move[] {
  const endpoints = cluster.store
    .last('pods')
    .filter((pod) => pod.node !== undefined)
    .map(endpointOf);
  if (JSON.stringify(endpoints) === JSON.stringify(cluster.store.last('endpoints'))) return [];
  return [() => cluster.store.write('endpoints', endpoints)];
}

function endpointOf(pod: SimPod): SlotEndpoint {
  const serving = pod.ready || (pod.terminating && pod.started && !pod.nodeLost);
  return {
    slot: pod.slot,
    podName: pod.name,
    podUid: pod.uid,
    address: pod.uid,
    ready: pod.ready && !pod.terminating,
    serving,
    terminating: pod.terminating,
  };
}

/** The Deployment controller writes its status when pods change: the resourceVersion moves on. */
export function deploymentStatusMoves(cluster: Cluster): Move[] {
  return cluster.store.last('deployments').map((deployment) => () => replaceDeployment(cluster, deployment.uid, {}));
}
