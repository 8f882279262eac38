import type { Standing } from '../../../src/balancer/drain/drain-state.ts';
import { reportOf, standingOf, withEnding, withOrder } from '../../../src/balancer/drain/drain-state.ts';
import type { DrainList, PodAnswer } from '../../../src/operator/plan/observation.ts';
import type { Cluster } from './cluster.ts';
import { nodeTime } from './cluster.ts';
import type { Process } from './process.ts';

const nothingOrdered: DrainList = { generation: 0, poolGeneration: 0, draining: [] };

/** The drains that this sidecar obeys now. A ConfigMap that is gone takes nothing back. */
export function obeyedDrains({ store }: Cluster, { seenDrains }: Process): DrainList {
  const { drains } = store.histories;
  for (let position = seenDrains; position >= 0; position -= 1) {
    const known = drains[position]?.value;
    if (known !== undefined) return known;
  }
  return nothingOrdered;
}

/** UIDs of the pods that get no new work from it, by order. */
export function orderedToDrain(cluster: Cluster, process: Process): ReadonlySet<string> {
  return new Set(obeyedDrains(cluster, process).draining.map(({ podUid }) => podUid));
}

/** Its watch brings the next version of the list. */
export function seeDrains(cluster: Cluster, process: Process): void {
  process.seenDrains = nextOf(cluster, process.seenDrains, 'drains');
  obeyOrder(cluster, process);
}

/** What was ordered begins when it is seen, by the clock of the node, and goes on over restarts; what is taken back ends. */
export function obeyOrder(cluster: Cluster, process: Process): void {
  const order = obeyedDrains(cluster, process).draining.find(({ podUid }) => podUid === process.podUid);
  process.drain = withOrder(process.drain, order, nodeTime(cluster, process.node));
}

/** Its watch brings the next version of the EndpointSlices, in which its own pod may be ending. */
export function seeEndpoints(cluster: Cluster, process: Process): void {
  process.seenEndpoints = nextOf(cluster, process.seenEndpoints, 'endpoints');
  const view = cluster.store.histories.endpoints[process.seenEndpoints]?.value ?? [];
  const own = view.find(({ podUid }) => podUid === process.podUid);
  if (own?.terminating === true) seeEnding(cluster, process, true);
}

/** `sure`: the API server said so; else it was the kubelet's hook. */
export function seeEnding(cluster: Cluster, process: Process, sure: boolean): void {
  process.drain = withEnding(process.drain, sure, nodeTime(cluster, process.node));
}

export function standing({ drain, template }: Process): Standing | null {
  return standingOf(drain, template.drainSeconds);
}

/** What it tells at /sessions of its own drain. */
export function toldDrain(cluster: Cluster, process: Process): PodAnswer['drain'] {
  const at = standing(process);
  if (at === null) return null;
  const { deadlineReached } = reportOf(at, nodeTime(cluster, process.node));
  return { deadlineReached };
}

/** Mostly the next version; now and then some are passed over. */
function nextOf({ store, random, calm }: Cluster, from: number, name: 'drains' | 'endpoints'): number {
  const last = store.histories[name].length - 1;
  if (calm) return last;
  return random.chance(0.7) ? from + 1 : from + 1 + random.below(last - from);
}
