import { labels } from '../api/identity.ts';
import type { EventRecord } from '../kube/events/series.ts';
import { referenceTo } from '../kube/events/event.ts';
import type { Caches } from './observe/caches.ts';
import { poolKeyOf } from './observe/caches.ts';
import type { SessionsCut } from './observe/sessions-cut.ts';
import { sessionsCutSince } from './observe/sessions-cut.ts';
import type { WatchedPod } from './observe/watched-pod.ts';

/** Who is told of sessions that were cut off. */
export interface CutListeners {
  readonly recordEvent: (event: EventRecord) => void;
  readonly count: (pool: { readonly namespace: string; readonly name: string }, sessions: number) => void;
}

/**
 * Tells of every session that ended because its pod did, as the pods' own sidecars report it at their end; returns what ends that. The
 * Event is on the pool, or on the pod when the pool is deleted already.
 */
export function reportSessionsCut(
  { pods, pools }: Pick<Caches, 'pods' | 'pools'>,
  { recordEvent, count }: CutListeners,
): () => void {
  return pods.onChange((event) => {
    // What was there when this process started was told by the one before.
    if (event.new === undefined || event.initial) return;
    const pod = event.new;
    const key = poolKeyOf(pod);
    if (key === undefined) return;

    for (const cut of sessionsCutSince(event.old, pod)) {
      const [namespace = '', name = ''] = key.split('/');
      if (cut.known) count({ namespace, name }, cut.sessionsCut + cut.transitCut);
      const regarding = referenceTo(pools.get(key) ?? { ...pod, apiVersion: 'v1', kind: 'Pod' });
      recordEvent({
        regarding,
        type: 'Warning',
        reason: 'SessionsCut',
        action: 'EndSessions',
        message: sentence(pod, cut),
      });
    }
  });
}

function sentence({ metadata }: WatchedPod, cut: SessionsCut): string {
  if (!cut.known) {
    return `The sidecar of pod ${metadata.name} was killed (${cut.how}): the sessions that had entered through it are cut off, and those of its gateway too if the pod was ending; how many is not known`;
  }

  const { sessionsCut, transitCut } = cut;
  const own = sessionsCut === 0 ? [] : [`${sessionsCut} of its own`];
  const others = transitCut === 0 ? [] : [`${transitCut} of other instances that entered through it`];
  const slot = metadata.labels?.[labels.slot] ?? metadata.name;
  return `Cut off sessions when an instance of slot ${slot} ended: ${[...own, ...others].join(' and ')} (pod ${metadata.name})`;
}
