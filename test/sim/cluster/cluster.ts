import type { Random } from '../random.ts';
import type { Occurrence } from '../invariants/occurrence.ts';
import type { Collections, SimDeployment, SimPod } from './objects.ts';
import type { Process } from './process.ts';
import type { Session } from './sessions.ts';
import type { Store } from './store.ts';
import { storeOf } from './store.ts';

/** The whole simulated cluster: what the API server stores, what really runs, and the time. */
export interface Cluster {
  readonly store: Store;
  readonly random: Random;
  readonly processes: Map<string, Process>;
  sessions: readonly Session[];
  readonly lostNodes: Set<string>;
  readonly nodeClocks: ReadonlyMap<string, NodeClock>;
  /** How often a sidecar that runs does not answer the operator: 0 once all faults are over. */
  silence: number;
  apiIsDown: boolean;
  /** Requests and watches take no time, and no answer gets lost: a story tells of something else. */
  calm: boolean;
  milliseconds: number;
  readonly log: string[];
  onOccurrence: (occurrence: Occurrence) => void;
  nextVersion(): number;
  nextUid(prefix: string): string;
}

/** A node's own idea of the time. */
interface NodeClock {
  readonly offsetMilliseconds: number;
  readonly rate: number;
}

export const nodes = ['node-a', 'node-b'] as const;

export function clusterOf(
  random: Random,
  initial: (cluster: Pick<Cluster, 'nextVersion' | 'nextUid'>) => Collections,
): Cluster {
  let version = 0;
  let uid = 0;
  const counters = {
    nextVersion: () => (version += 1),
    // Note: the order of UIDs decides who goes first in a slot, so it must not be the order of creation.
    nextUid: (prefix: string) => `${prefix}-${(uid += 1)}-${random.below(1000).toString().padStart(3, '0')}`,
  };
  const clockOf = (): NodeClock => {
    return { offsetMilliseconds: (random.next() - 0.5) * 7_200_000, rate: 0.98 + random.next() * 0.04 };
  };
  const cluster: Cluster = {
    ...counters,
    store: storeOf(initial(counters), () => cluster.milliseconds),
    random,
    processes: new Map(),
    sessions: [],
    lostNodes: new Set(),
    nodeClocks: new Map(nodes.map((node) => [node, clockOf()])),
    silence: 0,
    apiIsDown: false,
    calm: false,
    milliseconds: 0,
    log: [],
    onOccurrence: () => {},
  };
  return cluster;
}

export function say(cluster: Cluster, line: string): void {
  const seconds = (cluster.milliseconds / 1000).toFixed(1).padStart(7);
  cluster.log.push(`${seconds}s  ${line}`);
}

/** What a node's clock shows. */
export function nodeTime({ nodeClocks, milliseconds }: Cluster, node: string): number {
  const clock = nodeClocks.get(node);
  return clock === undefined ? milliseconds : milliseconds * clock.rate + clock.offsetMilliseconds;
}

/** Whether anything of the pod runs where others can reach it. */
export function runs(cluster: Cluster, { node, sidecarRuns }: Process): boolean {
  return sidecarRuns && !cluster.lostNodes.has(node);
}

/** Whether clients dial in; else gateways dial out, and nobody can keep new sessions from them. */
export function isListening({ store }: Cluster): boolean {
  return store.last('pool').spec.listeners.length > 0;
}

export function findPod({ store }: Cluster, uid: string): SimPod | undefined {
  return store.last('pods').find((pod) => pod.uid === uid);
}

export function findDeployment({ store }: Cluster, slot: string): SimDeployment | undefined {
  return store.last('deployments').find((deployment) => deployment.slot === slot);
}

export function replacePod(cluster: Cluster, uid: string, change: Partial<SimPod>): void {
  const pods = cluster.store.last('pods');
  cluster.store.write(
    'pods',
    pods.map((pod) => (pod.uid === uid ? { ...pod, ...change } : pod)),
  );
}

/** DELETE of a pod with its grace period: it stays until its kubelet has ended it. */
export function terminatePod(cluster: Cluster, uid: string): void {
  replacePod(cluster, uid, { terminating: true, terminatingSince: cluster.milliseconds });
}

export function replaceDeployment(cluster: Cluster, uid: string, change: Partial<SimDeployment>): void {
  const resourceVersion = cluster.nextVersion();
  const deployments = cluster.store.last('deployments');
  cluster.store.write(
    'deployments',
    deployments.map((found) => (found.uid === uid ? { ...found, ...change, resourceVersion } : found)),
  );
}

export function removeDeployment(cluster: Cluster, uid: string): void {
  const deployments = cluster.store.last('deployments');
  cluster.store.write(
    'deployments',
    deployments.filter((deployment) => deployment.uid !== uid),
  );
}
