import type { Cluster } from './cluster.ts';
import { removePod, replacePod, say } from './cluster.ts';
import type { Move } from './controllers.ts';
import type { SimPod } from './objects.ts';
import type { Process } from './process.ts';

/** What the kubelets could do next on nodes that are up: run containers, report them, end pods. */
export function kubeletMoves(cluster: Cluster): Move[] {
  const moves: Move[] = [];
  for (const pod of cluster.store.last('pods')) {
    if (pod.node === undefined) {
      if (pod.terminating) moves.push(() => removePod(cluster, pod.uid));
      continue;
    }
    if (cluster.lostNodes.has(pod.node)) continue;
    moves.push(...podMoves(cluster, pod, cluster.processes.get(pod.uid)));
  }
  return moves;
}

function podMoves(cluster: Cluster, pod: SimPod, process: Process | undefined): Move[] {
  if (process === undefined)
    return pod.terminating ? [() => removePod(cluster, pod.uid)] : [() => startSidecar(cluster, pod)];

  const moves: Move[] = [];
  if (process.marker && !process.gatewayServes && !pod.terminating) {
    moves.push(() => {
      process.gatewayServes = true;
    });
  }
  const started = process.marker;
  const ready = process.marker && process.gatewayServes && !pod.terminating;
  if (!cluster.apiIsDown && (pod.started !== started || pod.ready !== ready || pod.nodeLost)) {
    moves.push(() => replacePod(cluster, pod.uid, { started, ready, nodeLost: false }));
  }
  return moves;
}

/** Ends a terminating pod: its sessions are over, or its grace period is. Apart from the rest, because it may take hours. */
export function endingMoves(cluster: Cluster): Move[] {
  return cluster.store
    .last('pods')
    .filter((pod) => pod.terminating && (pod.node === undefined || !cluster.lostNodes.has(pod.node)))
    .map((pod) => () => {
      removePod(cluster, pod.uid);
      say(cluster, `Pod ${pod.name} has ended`);
    });
}

function startSidecar(cluster: Cluster, pod: SimPod): void {
  cluster.processes.set(pod.uid, {
    podUid: pod.uid,
    slot: pod.slot,
    sidecarRuns: true,
    marker: false,
    gatewayServes: false,
    held: null,
    round: { at: 'Rest' },
    lostSince: new Map(),
    // Note: a new watch may begin in the past, at a server that lags behind.
    seenEndpoints: cluster.random.below(cluster.store.histories.endpoints.length),
  });
}
