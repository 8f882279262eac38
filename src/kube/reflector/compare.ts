import type { Store } from '../cache/store.ts';
import type { Clock } from '../clock.ts';
import { isFutureResourceVersion } from '../errors.ts';
import { linkedAbort } from '../linked-abort.ts';
import { listPages } from '../list-pages.ts';
import { keyOf } from '../object.ts';
import type { KubeObject } from '../object.ts';
import { compareResourceVersions } from '../resource-version.ts';
import type { KubeTransport } from '../transport/transport.ts';
import type { ReflectorDurations } from './durations.ts';
import type { WatchScope } from './watch-scope.ts';
import { followWatch } from './watch-stream.ts';

/** The cache, and how to read the collection beside it. */
export interface Comparison<T extends KubeObject> {
  readonly transport: KubeTransport;
  readonly scope: WatchScope;
  readonly store: Store<T>;
  readonly clock: Clock;
  readonly durations: ReflectorDurations;
  /** False for servers that cannot begin a watch with the objects that are there. */
  readonly initialObjects: boolean;
}

/** The version of each object: all that a comparison needs, whatever the objects' size. */
interface Versions {
  readonly byKey: ReadonlyMap<string, string>;
  readonly resourceVersion: string;
}

const pollMilliseconds = 1000;

/** `Unknown`: the collection could not be read. `Future`: the cache claims a version that the server has not reached. */
export type Verdict =
  | { readonly verdict: 'Same' | 'Unknown' | 'Future' }
  | { readonly verdict: 'Missed'; readonly keys: readonly string[] };

/**
 * Compares the cache with the collection and finds the keys of objects whose change never arrived. A healthy watch misses nothing; this
 * finds one that lies. What changes meanwhile proves itself alive and is left out; a difference counts only when the watch has had the
 * time to bring it.
 */
export async function compareWithServer<T extends KubeObject>(
  comparison: Comparison<T>,
  signal: AbortSignal,
): Promise<Verdict> {
  const { store, clock, durations } = comparison;
  const touched = new Set<string>();
  const stopListening = store.onChange((event) => {
    touched.add(keyOf(event.type === 'Deleted' ? event.old : event.new));
  });
  try {
    const versions = await readVersions(comparison, signal);
    if (versions === 'Unknown' || versions === 'Future') return { verdict: versions };
    if (signal.aborted) return { verdict: 'Unknown' };

    const suspects = differences(store, versions).filter((key) => !touched.has(key));
    const givesUpAt = clock.monotonicMilliseconds() + durations.compareSettleMilliseconds;
    while (suspects.some((key) => !touched.has(key)) && clock.monotonicMilliseconds() < givesUpAt) {
      // Not comparable (an aggregated API server): only time tells.
      if ((compareResourceVersions(store.resourceVersion, versions.resourceVersion) ?? -1) >= 0) break;
      await clock.sleep(pollMilliseconds, signal);
      if (signal.aborted) return { verdict: 'Unknown' };
    }
    const keys = suspects.filter((key) => !touched.has(key));
    return keys.length === 0 ? { verdict: 'Same' } : { verdict: 'Missed', keys };
  } finally {
    stopListening();
  }
}

function differences<T extends KubeObject>(store: Store<T>, { byKey }: Versions): string[] {
  const keys: string[] = [];
  for (const [key, version] of byKey) {
    const cached = store.get(key);
    if (cached === undefined || versionOf(cached) !== version) keys.push(key);
  }
  for (const key of store.keys()) {
    if (!byKey.has(key)) keys.push(key);
  }
  return keys;
}

/** Not older than what the cache has, and from the API server's own cache, so that it costs etcd nothing. */
async function readVersions<T extends KubeObject>(
  { transport, scope, store, clock, durations, initialObjects }: Comparison<T>,
  signal: AbortSignal,
): Promise<Versions | 'Unknown' | 'Future'> {
  if (!initialObjects) return listVersions(transport, scope, signal);

  const byKey = new Map<string, string>();
  let resourceVersion: string | undefined;
  const reading = linkedAbort(signal);
  const limit = new AbortController();
  void clock.sleep(durations.initialEventsLimitMilliseconds, limit.signal).then(reading.abort);
  const end = await followWatch({
    transport,
    scope: { ...scope, metadataOnly: true },
    from: {
      resourceVersion: store.resourceVersion,
      initialEvents: true,
      timeoutSeconds: durations.watchTimeoutSeconds,
    },
    clock,
    durations,
    signal: reading.signal,
    onEvent(event) {
      if (event.type === 'BOOKMARK') {
        if (!event.endsInitialEvents) return;
        resourceVersion = event.resourceVersion;
        reading.abort();
      } else if (event.type === 'DELETED') {
        byKey.delete(keyOf(event.object));
      } else {
        byKey.set(keyOf(event.object), versionOf(event.object));
      }
    },
  });
  limit.abort();
  reading.unlink();
  if (resourceVersion !== undefined) return { byKey, resourceVersion };
  return end.cause === 'Failed' && isFutureResourceVersion(end.error) ? 'Future' : 'Unknown';
}

async function listVersions(
  transport: KubeTransport,
  scope: WatchScope,
  signal: AbortSignal,
): Promise<Versions | 'Unknown'> {
  const byKey = new Map<string, string>();
  let resourceVersion: string | undefined;
  try {
    for await (const page of listPages(transport, { ...scope, metadataOnly: true, signal })) {
      if (page.restarted) byKey.clear();
      for (const item of page.items) byKey.set(keyOf(item), versionOf(item));
      resourceVersion = page.resourceVersion;
    }
  } catch {
    return 'Unknown';
  }
  return resourceVersion === undefined ? 'Unknown' : { byKey, resourceVersion };
}

function versionOf(object: KubeObject): string {
  return `${object.metadata.uid}/${object.metadata.resourceVersion}`;
}
