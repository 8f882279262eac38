import type { Cluster } from '../cluster/cluster.ts';
import { nodes, replacePod, say, terminatePod } from '../cluster/cluster.ts';
import { stopContainers } from '../cluster/kubelet.ts';
import type { Move } from '../cluster/move.ts';
import { nothingReported } from '../cluster/objects.ts';
import { cutSessions } from '../cluster/sessions.ts';

export function cutOff(cluster: Cluster, node: string): void {
  cluster.lostNodes.add(node);
  say(cluster, `Node ${node} is cut off`);
}

export function bringBack(cluster: Cluster, node: string): void {
  cluster.lostNodes.delete(node);
  say(cluster, `Node ${node} is back`);
}

/** The node was off: what ran on it is gone, and kubelet starts again what is not to end. */
export function reboot(cluster: Cluster, node: string): void {
  cluster.lostNodes.delete(node);
  say(cluster, `Node ${node} starts again`);
  for (const process of cluster.processes.values()) {
    if (process.node !== node) continue;
    cutSessions(
      cluster,
      process,
      ({ entry, gateway }) => entry === process.podUid || gateway === process.podUid,
      'NodeLost',
    );
    stopContainers(process);
  }
}

export function cordon(cluster: Cluster, node: string): void {
  const cordoned = cluster.store.last('cordoned');
  if (cordoned.includes(node)) return;
  cluster.store.write('cordoned', [...cordoned, node]);
  say(cluster, `User: kubectl cordon ${node}`);
}

export function uncordon(cluster: Cluster, node: string): void {
  const cordoned = cluster.store.last('cordoned');
  if (!cordoned.includes(node)) return;
  cluster.store.write(
    'cordoned',
    cordoned.filter((other) => other !== node),
  );
  say(cluster, `User: kubectl uncordon ${node}`);
}

/** Cordons the node and evicts its pods; the disruption budget is left out, so that more happens at once than it would allow. */
export function drainNode(cluster: Cluster, node: string): void {
  cordon(cluster, node);
  say(cluster, `User: kubectl drain ${node}`);
  for (const pod of cluster.store.last('pods')) {
    if (pod.node === node && !pod.terminating) terminatePod(cluster, pod.uid);
  }
}

/** What the node controller could do next about pods on lost nodes: mark them, then evict them. */
export function nodeControllerMoves(cluster: Cluster): Move[] {
  if (cluster.lostNodes.size === 0) return [];
  return cluster.store
    .last('pods')
    .filter((pod) => pod.node !== undefined && cluster.lostNodes.has(pod.node) && !(pod.nodeLost && pod.terminating))
    .map((pod) => () => {
      if (!pod.nodeLost) {
        const report = { ...pod.report, ready: nothingReported.ready, readyMilliseconds: undefined };
        replacePod(cluster, pod.uid, { nodeLost: true, report });
        return;
      }
      terminatePod(cluster, pod.uid);
      say(cluster, `Node controller evicted pod ${pod.name} from ${pod.node ?? ''}`);
    });
}

/** What happens to nodes. Faults that last end more often than they begin, so that there is life in between. */
export function nodeFaults(cluster: Cluster): Move[] {
  const node = cluster.random.pick(nodes);
  if (node === undefined) return [];
  if (cluster.lostNodes.has(node))
    return [bringBack, bringBack, reboot, reboot].map((back) => () => back(cluster, node));
  if (cluster.store.last('cordoned').includes(node)) {
    const back = (): void => uncordon(cluster, node);
    return [back, back, back, () => drainNode(cluster, node)];
  }
  return [() => cutOff(cluster, node), () => cordon(cluster, node), () => drainNode(cluster, node)];
}
