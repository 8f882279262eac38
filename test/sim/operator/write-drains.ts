import type { DrainList } from '../../../src/operator/plan/observation.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { say } from '../cluster/cluster.ts';
import type { Intent } from './intent.ts';

/** A merge patch of the list of draining pods, with the resourceVersion in it. */
export function writeDrains(
  cluster: Cluster,
  list: DrainList,
  expectResourceVersion: string,
  intent: Intent,
): 'Written' | 'Conflict' {
  const stored = cluster.store.last('drains');
  if (stored === undefined || String(stored.resourceVersion) !== expectResourceVersion) return 'Conflict';

  const isNew = (drain: { podUid: string }, among: DrainList): boolean =>
    !among.draining.some(({ podUid }) => podUid === drain.podUid);
  const added = list.draining.filter((drain) => isNew(drain, stored));
  const removed = stored.draining.filter((drain) => isNew(drain, list));
  cluster.onOccurrence({ kind: 'DrainsWritten', added, removed, intent });
  cluster.store.write('drains', { ...list, resourceVersion: cluster.nextVersion() });
  if (added.length === 0 && removed.length === 0) return 'Written';

  const slots = [...new Set(list.draining.map(({ slot }) => slot))];
  say(cluster, `Drains: ${slots.length === 0 ? 'none' : slots.join(', ')}`);
  return 'Written';
}

/** The ConfigMap as it comes with the other children: without a list. */
export function createBalancer(cluster: Cluster): void {
  if (cluster.store.last('drains') !== undefined) return;
  const resourceVersion = cluster.nextVersion();
  cluster.store.write('drains', { resourceVersion, generation: 0, poolGeneration: 0, draining: [] });
}
