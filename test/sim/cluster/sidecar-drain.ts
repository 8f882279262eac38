import type { OrderedDrain, PodAnswer } from '../../../src/operator/plan/observation.ts';
import type { Cluster } from './cluster.ts';
import { nodeTime } from './cluster.ts';
import type { Process } from './process.ts';

/** The drains that this sidecar obeys now. A ConfigMap that is gone takes nothing back. */
export function obeyedDrains({ store }: Cluster, { seenDrains }: Process): readonly OrderedDrain[] {
  const { drains } = store.histories;
  for (let position = seenDrains; position >= 0; position -= 1) {
    const known = drains[position]?.value;
    if (known !== undefined) return known.draining;
  }
  return [];
}

/** Its own order among them. */
export function ownOrder(cluster: Cluster, process: Process): OrderedDrain | undefined {
  return obeyedDrains(cluster, process).find(({ podUid }) => podUid === process.podUid);
}

/** What was ordered begins when it is seen, by the clock of the node, and goes on over restarts; what is taken back ends. */
export function keepOrder(cluster: Cluster, process: Process): void {
  const order = ownOrder(cluster, process);
  if (order === undefined) process.orderedSince = undefined;
  else process.orderedSince ??= nodeTime(cluster, process.node);
}

/** When an ending pod gives its sessions up, by its node's clock. */
export function drainDeadline(cluster: Cluster, process: Process, endingSince: number): number {
  const ordered = orderDeadline(cluster, process);
  return Math.min(ordered ?? Infinity, endingSince + process.template.drainSeconds * 1000);
}

function orderDeadline(cluster: Cluster, process: Process): number | undefined {
  const seconds = ownOrder(cluster, process)?.deadlineSeconds ?? undefined;
  if (process.orderedSince === undefined || seconds === undefined) return undefined;
  return process.orderedSince + seconds * 1000;
}

/** What it tells at /sessions of its own drain. */
export function toldDrain(cluster: Cluster, process: Process): PodAnswer['drain'] {
  const now = nodeTime(cluster, process.node);
  if (process.endingSince !== undefined) {
    return { deadlineReached: now >= drainDeadline(cluster, process, process.endingSince) };
  }
  if (process.orderedSince === undefined) return null;
  const deadline = orderDeadline(cluster, process);
  return { deadlineReached: deadline !== undefined && now >= deadline };
}
