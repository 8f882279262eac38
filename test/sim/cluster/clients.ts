import type { Backend } from '../../../src/balancer/backend.ts';
import { poolBackends } from '../../../src/balancer/endpoints/backends.ts';
import type { PoolView } from '../../../src/balancer/endpoints/pool-view.ts';
import { eligibleMembers } from '../../../src/balancer/rotation/eligible.ts';
import { compareNames } from '../../../src/balancer/rotation/slot-order.ts';
import type { Cluster } from './cluster.ts';
import { isListening, runs } from './cluster.ts';
import type { Move } from './move.ts';
import type { Process } from './process.ts';
import { closeSession, openSession } from './sessions.ts';
import { orderedToDrain, standing } from './sidecar-drain.ts';

/** How far behind the API server a node's proxy may be, in versions of the EndpointSlices. */
const proxyLag = 4;

/** What the people who use the pool could do next. */
export function clientMoves(cluster: Cluster): Move[] {
  const { sessions, random } = cluster;
  const ends = sessions.map((session) => () => closeSession(cluster, session));
  if (sessions.length >= 6) return ends;

  const begin = isListening(cluster) ? () => connect(cluster, random.pick(entries(cluster))) : () => dialOut(cluster);
  return [begin, begin, ...ends];
}

/** The vendor's router chooses among all gateways that dialled out to it; nobody can tell it that one drains. */
export function dialOut(cluster: Cluster): void {
  const gateways = [...cluster.processes.values()].filter((process) => acceptsWork(cluster, process));
  const gateway = cluster.random.pick(gateways);
  if (gateway !== undefined) openSession(cluster, undefined, gateway, false);
}

/** Pods that the proxy of the client's node sends a new connection to: https://kubernetes.io/docs/concepts/services-networking/service/#proxy-terminating-endpoints */
function entries(cluster: Cluster): readonly string[] {
  const { endpoints } = cluster.store.histories;
  const seen = endpoints[Math.max(0, endpoints.length - 1 - cluster.random.below(proxyLag))]?.value ?? [];
  const ready = seen.filter((endpoint) => endpoint.ready);
  const chosen = ready.length > 0 ? ready : seen.filter((endpoint) => endpoint.serving && endpoint.terminating);
  return chosen.map(({ podUid }) => podUid);
}

/** A client connects to the sidecar of a pod, which passes it on to the gateway whose turn it is. */
export function connect(cluster: Cluster, podUid: string | undefined): void {
  const entry = podUid === undefined ? undefined : cluster.processes.get(podUid);
  if (entry === undefined || !entry.marker || !runs(cluster, entry)) return;

  const view = cluster.store.histories.endpoints[entry.seenEndpoints]?.value ?? [];
  const draining = orderedToDrain(cluster, entry);
  const leaving = standing(entry) === null ? undefined : entry.podUid;
  const backends = backendsOf(view, draining, leaving);
  const tried = new Set<string>();
  for (;;) {
    const eligible = eligibleMembers(backends.filter(({ address }) => !tried.has(address))).members;
    const target = entry.rotation.pick(eligible.map((backend) => ({ ...backend, weight: 1 })));
    if (target === undefined) return;
    const gateway = cluster.processes.get(target.address);
    if (gateway !== undefined && acceptsWork(cluster, gateway)) {
      cluster.onOccurrence({ kind: 'WorkSent', entry, gateway, view, draining, leaving });
      openSession(cluster, entry, gateway, target.address === leaving);
      return;
    }
    tried.add(target.address);
  }
}

/** As the sidecar's own rules see the pool; the address of a pod is its UID here. */
function backendsOf(
  view: PoolView,
  draining: ReadonlySet<string>,
  leaving: string | undefined,
): (Backend & { healthy: boolean })[] {
  return poolBackends(view, [], draining, leaving)
    .map((backend) => ({ ...backend, healthy: true }))
    .sort((left, right) => compareNames(left.name, right.name));
}

/** Whether the gateway of the pod is there and takes a connection. */
export function acceptsWork(cluster: Cluster, process: Process): boolean {
  return process.gatewayServes && process.gatewayRuns && !cluster.lostNodes.has(process.node);
}
