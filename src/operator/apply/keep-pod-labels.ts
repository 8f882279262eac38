import type { Logger } from 'pino';
import { fieldManager, labels, requests } from '../../api/identity.ts';
import { aborted } from '../../kube/aborted.ts';
import type { StoreEvent } from '../../kube/cache/store.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeObject } from '../../kube/object.ts';
import { keyOf } from '../../kube/object.ts';
import type { Caches, StoredPool } from '../observe/caches.ts';
import { poolKeyOf } from '../observe/caches.ts';
import type { WatchedPod } from '../observe/watched-pod.ts';
import type { PlannedEvent } from '../plan/actions.ts';
import { podType } from '../resources.ts';
import { isGoneOrChanged } from './moved-on.ts';
import { unless } from './unless.ts';

export interface KeepPodLabelsOptions {
  readonly caches: Pick<Caches, 'pods' | 'pools'>;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recordEvent: (pool: StoredPool, event: PlannedEvent) => void;
}

/** Waits between attempts; after the last one the pod stays hidden until somebody labels it. */
const waitsMilliseconds = [0, 500, 1000, 2000, 4000, 8000, 16_000];

/** By which watches, Services and ReplicaSets find a gateway's pod. */
const kept = [labels.pool, labels.slot] as const;

/**
 * Puts the labels of a running pod back when somebody takes them away or changes them, until the signal aborts. Without them the pod
 * is in no watch and no EndpointSlice: its gateway would work on unseen while its slot starts another one (guarantee G1). Its
 * replacement is quick to be made, but slow to start, so the labels are back before its sidecar looks who else has its slot.
 */
export async function keepPodLabels(options: KeepPodLabelsOptions, signal: AbortSignal): Promise<void> {
  const restoring = new Set<Promise<void>>();
  const end = options.caches.pods.onChange((event) => {
    const pod = strayed(event);
    if (pod === undefined) return;
    const task = restore(options, pod, signal).finally(() => restoring.delete(task));
    restoring.add(task);
  });
  await aborted(signal);
  end();
  await Promise.all(restoring);
}

/** The pod as it was, when it left the watch without a deletion that we knew of, or bears other labels than before. */
function strayed(event: StoreEvent<WatchedPod>): WatchedPod | undefined {
  if (event.type === 'Deleted') return event.old.metadata.deletionTimestamp === undefined ? event.old : undefined;
  if (event.type === 'Added') return undefined;
  return kept.every((name) => event.old.metadata.labels?.[name] === event.new.metadata.labels?.[name])
    ? undefined
    : event.old;
}

/** Never rejects: nobody waits for it. */
async function restore(options: KeepPodLabelsOptions, pod: WatchedPod, signal: AbortSignal): Promise<void> {
  const { caches, clock, logger, recordEvent } = options;
  const pool = caches.pools.get(poolKeyOf(pod) ?? '');
  if (pool === undefined || pool.metadata.deletionTimestamp !== undefined) return;

  for (const wait of waitsMilliseconds) {
    await clock.sleep(wait, signal);
    if (signal.aborted) return;
    try {
      if (await relabel(options, pod, signal)) recordEvent(pool, restored(pod));
      return;
    } catch (error) {
      logger.error({ pod: keyOf(pod), err: error }, 'Could not put the labels of a pod back');
    }
  }
}

/** @returns whether anything had to be written */
async function relabel({ client }: KeepPodLabelsOptions, pod: WatchedPod, signal: AbortSignal): Promise<boolean> {
  const { namespace = '', name, uid } = pod.metadata;
  const live = await unless(isGoneOrChanged, () => client.get<KubeObject>(podType, { namespace, name }, { signal }));
  if (live === undefined || live.metadata.uid !== uid) return false;

  const lost = kept.filter((label) => live.metadata.labels?.[label] !== pod.metadata.labels?.[label]);
  if (lost.length === 0) return false;
  const wanted = Object.fromEntries(lost.map((label) => [label, pod.metadata.labels?.[label] ?? null]));
  const patch = { metadata: { uid, labels: wanted } };
  const patched = await unless(isGoneOrChanged, () =>
    client.mergePatch(podType, { namespace, name }, patch, { fieldManager, signal }),
  );
  return patched !== undefined;
}

function restored({ metadata }: WatchedPod): PlannedEvent {
  return {
    type: 'Warning',
    reason: 'PodLabelsRestored',
    action: 'RestoreLabels',
    message: `Put the labels of pod ${metadata.name} back: without them its gateway would not count. To stop an instance, annotate the Deployment of its slot with ${requests.stop}`,
  };
}
