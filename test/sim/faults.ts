import type { ResolvedSpec } from '../../src/api/resolve.ts';
import type { Cluster } from './cluster/cluster.ts';
import { nodes, removeDeployment, removePod, replaceDeployment, replacePod, say } from './cluster/cluster.ts';
import type { Move } from './cluster/controllers.ts';

export function editSpec(cluster: Cluster, change: Partial<ResolvedSpec>): void {
  const pool = cluster.store.last('pool');
  const spec = { ...pool.spec, ...change };
  cluster.store.write('pool', {
    ...pool,
    spec,
    generation: pool.generation + 1,
    resourceVersion: cluster.nextVersion(),
  });
  const { maxInstances, replicas, externalInstances, paused, image } = spec;
  const asked = `maxInstances ${maxInstances}, replicas ${replicas ?? '-'}, ${externalInstances.length} external`;
  say(cluster, `User: ${asked}, image ${image}${paused ? ', paused' : ''} (generation ${pool.generation + 1})`);
}

export function deleteSlotByHand(cluster: Cluster, slot: string): void {
  const found = cluster.store.last('deployments').find((deployment) => deployment.slot === slot);
  if (found === undefined) return;
  say(cluster, `User: kubectl delete deployment ${slot}`);
  removeDeployment(cluster, found.uid);
}

export function scaleSlotByHand(cluster: Cluster, slot: string, replicas: number): void {
  const found = cluster.store.last('deployments').find((deployment) => deployment.slot === slot);
  if (found === undefined) return;
  say(cluster, `User: kubectl scale deployment ${slot} --replicas ${replicas}`);
  replaceDeployment(cluster, found.uid, { replicas });
}

export function deleteGateByHand(cluster: Cluster): void {
  if (cluster.store.last('gate') === undefined) return;
  say(cluster, 'User: kubectl delete configmap prod-seats');
  cluster.store.write('gate', undefined);
}

/** Strikes a slot out of the gate, and makes it look newer than the pool: both would be believed if nobody noticed the hand. */
export function editGateByHand(cluster: Cluster, slot: string): void {
  const found = cluster.store.last('gate');
  if (found === undefined) return;
  say(cluster, `User: kubectl edit configmap prod-seats, without ${slot}`);
  const { gate } = found;
  const slots = gate.slots.filter((listed) => listed !== slot);
  cluster.store.write('gate', {
    ...found,
    resourceVersion: cluster.nextVersion(),
    gate: { ...gate, slots, poolGeneration: gate.poolGeneration + 100 },
    sealed: false,
  });
}

export function deletePodByHand(cluster: Cluster, uid: string): void {
  say(cluster, `User: kubectl delete pod ${podName(cluster, uid)}`);
  replacePod(cluster, uid, { terminating: true, ready: false });
}

function podName(cluster: Cluster, uid: string): string {
  return cluster.store.last('pods').find((pod) => pod.uid === uid)?.name ?? uid;
}

/** What is tried in a life: everything, or only what moves seats, so that rare meetings become frequent. */
export type Temper = 'Everything' | 'Seats';

/** What people and machines do to a pool. */
export function faults(cluster: Cluster, temper: Temper): Move[] {
  const { random, store } = cluster;
  const slot = random.pick(store.last('deployments'))?.slot;
  const pod = random.pick(store.last('pods'));
  const { spec } = store.last('pool');
  return [
    () => editSpec(cluster, { maxInstances: 1 + random.below(4) }),
    () => editSpec(cluster, { maxInstances: 1 + random.below(4) }),
    () => editSpec(cluster, { maxInstances: Math.max(1, spec.maxInstances + (random.chance(0.5) ? 1 : -1)) }),
    () => editSpec(cluster, { replicas: random.below(5) }),
    () =>
      editSpec(cluster, {
        externalInstances: spec.externalInstances.length > 0 ? [] : [{ name: 'dc2', platform: 'Linux' }],
      }),
    () => deleteGateByHand(cluster),
    ...(slot === undefined ? [] : slotFaults(cluster, slot)),
    ...(pod === undefined ? [] : podFaults(cluster, pod.uid)),
    ...(temper === 'Seats' ? [] : otherFaults(cluster)),
  ];
}

function otherFaults(cluster: Cluster): Move[] {
  const image = `gateway:${cluster.random.below(3)}`;
  return [() => editSpec(cluster, { image }), ...passingFaults(cluster), ...nodeFaults(cluster)];
}

/** Faults that last. They end more often than they begin, so that there is life in between. */
function passingFaults(cluster: Cluster): Move[] {
  const { paused } = cluster.store.last('pool').spec;
  const pause = (): void => editSpec(cluster, { paused: !paused });
  const config = (): void => {
    cluster.configIsValid = !cluster.configIsValid;
    say(cluster, cluster.configIsValid ? 'User: the Secret is mended' : 'User: the Secret is broken');
  };
  const api = (): void => {
    cluster.apiIsDown = !cluster.apiIsDown;
    say(cluster, cluster.apiIsDown ? 'API server is down' : 'API server is up');
  };
  const often = <T>(move: T, isOn: boolean): T[] => (isOn ? Array.from({ length: 20 }, () => move) : [move]);
  return [...often(pause, paused), ...often(config, !cluster.configIsValid), ...often(api, cluster.apiIsDown)];
}

function slotFaults(cluster: Cluster, slot: string): Move[] {
  return [
    () => deleteSlotByHand(cluster, slot),
    () => deleteSlotByHand(cluster, slot),
    () => editGateByHand(cluster, slot),
    () => scaleSlotByHand(cluster, slot, 5),
    () => scaleSlotByHand(cluster, slot, 0),
    () => {
      const found = cluster.store.last('deployments').find((deployment) => deployment.slot === slot);
      if (found !== undefined) replaceDeployment(cluster, found.uid, { drift: ['label pam.gatewaypool.io/slot'] });
    },
  ];
}

function podFaults(cluster: Cluster, uid: string): Move[] {
  const process = cluster.processes.get(uid);
  return [
    () => deletePodByHand(cluster, uid),
    () => deletePodByHand(cluster, uid),
    () => {
      say(cluster, `User: kubectl delete pod --force ${podName(cluster, uid)}`);
      removePod(cluster, uid);
    },
    () => {
      if (process !== undefined) process.gatewayServes = false;
    },
    () => {
      if (process !== undefined) process.round = { at: 'Rest' };
    },
  ];
}

function nodeFaults(cluster: Cluster): Move[] {
  const node = cluster.random.pick(nodes);
  if (node === undefined) return [];
  if (cluster.lostNodes.has(node)) {
    const back = (): void => {
      cluster.lostNodes.delete(node);
      say(cluster, `Node ${node} is back`);
    };
    return [back, back, back, back];
  }
  return [
    () => {
      cluster.lostNodes.add(node);
      say(cluster, `Node ${node} is cut off`);
    },
  ];
}

/** What the node controller could do next about pods on lost nodes: mark them, then evict them. */
export function nodeControllerMoves(cluster: Cluster): Move[] {
  return cluster.store
    .last('pods')
    .filter((pod) => pod.node !== undefined && cluster.lostNodes.has(pod.node) && !(pod.nodeLost && pod.terminating))
    .map((pod) => () => {
      if (!pod.nodeLost) {
        replacePod(cluster, pod.uid, { nodeLost: true, ready: false });
        return;
      }
      replacePod(cluster, pod.uid, { terminating: true });
      say(cluster, `Node controller evicted pod ${pod.name} from ${pod.node ?? ''}`);
    });
}
