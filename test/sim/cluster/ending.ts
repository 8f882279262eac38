import type { Cluster } from './cluster.ts';
import { findPod, nodeTime, say } from './cluster.ts';
import type { Move } from './move.ts';
import type { SimPod } from './objects.ts';
import type { Process } from './process.ts';
import type { Cause } from './sessions.ts';
import { cutSessions, sessionsOf } from './sessions.ts';
import { seeEnding, standing } from './sidecar-drain.ts';

/** How long an ending pod goes on at least, so that everybody has noticed that it ends. */
const settleMilliseconds = 2000;

/**
 * The pod's object is gone, and with it whatever ran of it. Sessions that lived in it are cut, so whoever ends a pod that may have some
 * says why.
 */
export function removePod(cluster: Cluster, uid: string, cause: Cause): void {
  const process = cluster.processes.get(uid);
  if (process !== undefined) {
    cutSessions(cluster, process, ({ entry, gateway }) => entry === uid || gateway === uid, cause);
  }
  cluster.store.write(
    'pods',
    cluster.store.last('pods').filter((pod) => pod.uid !== uid),
  );
  cluster.processes.delete(uid);
}

/** What kubelets could do next about terminating pods. Each ends for a reason, and none with live sessions before it has to. */
export function endingMoves(cluster: Cluster): Move[] {
  const moves: Move[] = [];
  for (const pod of cluster.store.last('pods')) {
    if (!pod.terminating || (pod.node !== undefined && cluster.lostNodes.has(pod.node))) continue;
    const process = cluster.processes.get(pod.uid);
    const ending = process === undefined ? 'nothing of it ran' : endingOf(cluster, process);
    if (ending !== undefined) moves.push(() => end(cluster, pod, ending));
  }
  return moves;
}

type Ending = Cause | 'its sessions are over' | 'no gateway ran in it' | 'nothing of it ran';

/** Why a pod can end now; undefined: it goes on for its sessions. */
function endingOf(cluster: Cluster, process: Process): Ending | undefined {
  if (!process.marker) return 'no gateway ran in it';
  // Note: the preStop hook is asked of the sidecar. With nobody to ask, the kubelet goes on to SIGTERM at once.
  if (!process.sidecarRuns) return 'SidecarKilled';
  if (!process.gatewayRuns) return 'GatewayCrash';
  const at = standing(process);
  if (at?.cause !== 'PodEnding') return undefined;

  const now = nodeTime(cluster, process.node);
  const isSettled = now - at.since >= settleMilliseconds;
  if (isSettled && sessionsOf(cluster, process.podUid).length === 0) return 'its sessions are over';
  return at.deadline !== null && now >= at.deadline ? 'Deadline' : undefined;
}

function end(cluster: Cluster, { uid, name }: SimPod, ending: Ending): void {
  const isCause = ending === 'SidecarKilled' || ending === 'GatewayCrash' || ending === 'Deadline';
  if (!isCause && sessionsOf(cluster, uid).length > 0) throw new Error(`${name} had sessions left`);
  removePod(cluster, uid, isCause ? ending : 'Deadline');
  say(cluster, `Pod ${name} has ended${isCause || ending === 'nothing of it ran' ? '' : `: ${ending}`}`);
}

/** The kubelet sees that the pod is to end and calls the hooks; the sidecar's own one leaves a file. */
export function noticeMoves(cluster: Cluster): Move[] {
  const moves: Move[] = [];
  for (const process of cluster.processes.values()) {
    if (process.drain.ending !== undefined || !process.sidecarRuns || !process.marker) continue;
    if (cluster.lostNodes.has(process.node) || cluster.apiIsDown) continue;
    if (findPod(cluster, process.podUid)?.terminating !== true) continue;
    moves.push(() => seeEnding(cluster, process, false));
  }
  return moves;
}
