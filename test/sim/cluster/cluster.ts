import type { Random } from '../random.ts';
import type { Collections, SimDeployment, SimPod } from './objects.ts';
import type { Process } from './process.ts';
import type { Store } from './store.ts';
import { storeOf } from './store.ts';

/** Something that guarantees are asserted on, told at the moment it happens. */
export type Occurrence =
  | { readonly kind: 'GatewayStarted'; readonly process: Process }
  | { readonly kind: 'OperatorDeleted'; readonly deployment: SimDeployment };

/** The whole simulated cluster: what the API server stores, what really runs, and the time. */
export interface Cluster {
  readonly store: Store;
  readonly random: Random;
  readonly processes: Map<string, Process>;
  readonly lostNodes: Set<string>;
  apiIsDown: boolean;
  configIsValid: boolean;
  milliseconds: number;
  readonly log: string[];
  onOccurrence: (occurrence: Occurrence) => void;
  nextVersion(): number;
  nextUid(prefix: string): string;
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
  const cluster: Cluster = {
    ...counters,
    store: storeOf(initial(counters), () => cluster.milliseconds),
    random,
    processes: new Map(),
    lostNodes: new Set(),
    apiIsDown: false,
    configIsValid: true,
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

export function replacePod(cluster: Cluster, uid: string, change: Partial<SimPod>): void {
  const pods = cluster.store.last('pods');
  cluster.store.write(
    'pods',
    pods.map((pod) => (pod.uid === uid ? { ...pod, ...change } : pod)),
  );
}

export function replaceDeployment(cluster: Cluster, uid: string, change: Partial<SimDeployment>): void {
  const resourceVersion = cluster.nextVersion();
  const deployments = cluster.store.last('deployments');
  cluster.store.write(
    'deployments',
    deployments.map((found) => (found.uid === uid ? { ...found, ...change, resourceVersion } : found)),
  );
}

/** The pod's object is gone, and with it whatever ran of it. */
export function removePod(cluster: Cluster, uid: string): void {
  const pods = cluster.store.last('pods');
  cluster.store.write(
    'pods',
    pods.filter((pod) => pod.uid !== uid),
  );
  cluster.processes.delete(uid);
}

export function removeDeployment(cluster: Cluster, uid: string): void {
  const deployments = cluster.store.last('deployments');
  cluster.store.write(
    'deployments',
    deployments.filter((deployment) => deployment.uid !== uid),
  );
}
