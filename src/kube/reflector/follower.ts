import { sameVersion } from '../cache/store.ts';
import type { Store } from '../cache/store.ts';
import { trimMetadata } from '../cache/trim.ts';
import type { Clock } from '../clock.ts';
import { asKubeError } from '../errors.ts';
import { trusted } from '../json.ts';
import { linkedAbort } from '../linked-abort.ts';
import { listPages } from '../list-pages.ts';
import { apiVersionOf, keyOf } from '../object.ts';
import type { KubeObject } from '../object.ts';
import type { KubeTransport } from '../transport/transport.ts';
import type { ReflectorDurations } from './durations.ts';
import { describeScope } from './watch-scope.ts';
import type { WatchScope } from './watch-scope.ts';
import { followWatch } from './watch-stream.ts';
import type { DataEvent, StreamEnd } from './watch-stream.ts';

/** What a follower works on. */
export interface Followed<T extends KubeObject> {
  readonly transport: KubeTransport;
  readonly scope: WatchScope;
  readonly store: Store<T>;
  readonly transform: (object: T) => T;
  readonly clock: Clock;
  readonly random: () => number;
  readonly durations: ReflectorDurations;
  /** Called for each sign of life: an event, a bookmark, a page. */
  readonly onEvent: () => void;
  /** Puts a complete collection in force. */
  readonly onCollected: (objects: Map<string, T>, resourceVersion: string) => void;
}

/** The ways to bring a store up to date and keep it so, until the stream of changes ends. None of them throws. */
export interface Follower {
  /** The changes since what the store has. */
  watch(signal: AbortSignal): Promise<StreamEnd>;
  /** The objects that are there, then their changes, in one stream: no page can expire, and little is in memory at a time. */
  watchWithInitialObjects(resourceVersion: string, signal: AbortSignal): Promise<StreamEnd>;
  /** Page by page, then the changes since: what every server can do. */
  listThenWatch(signal: AbortSignal): Promise<StreamEnd>;
}

export function createFollower<T extends KubeObject>(followed: Followed<T>): Follower {
  const { transport, scope, store, clock, durations } = followed;

  function take(object: KubeObject): T {
    object.apiVersion = apiVersionOf(scope.type);
    object.kind = scope.type.kind;
    return trimMetadata(followed.transform(trusted<T>(object)));
  }

  /** What did not change is not kept twice: a relist of a large collection must not double the memory. */
  function collect(objects: Map<string, T>, object: KubeObject): void {
    const key = keyOf(object);
    const known = store.get(key);
    objects.set(key, known !== undefined && sameVersion(known, object) ? known : take(object));
  }

  function applyToStore(event: DataEvent): void {
    if (event.type === 'BOOKMARK') {
      store.advance(event.resourceVersion);
    } else if (event.type === 'DELETED') {
      store.remove(keyOf(event.object), event.resourceVersion);
    } else {
      store.put(take(event.object), event.resourceVersion);
    }
  }

  function stream(
    from: { readonly resourceVersion: string; readonly initialEvents: boolean },
    onEvent: (event: DataEvent) => void,
    signal: AbortSignal,
  ): Promise<StreamEnd> {
    const timeoutSeconds = Math.round(durations.watchTimeoutSeconds * (1 + followed.random()));
    return followWatch({
      transport,
      scope,
      from: { ...from, timeoutSeconds },
      clock,
      durations,
      onEvent: (event) => {
        followed.onEvent();
        onEvent(event);
      },
      signal,
    });
  }

  function watch(signal: AbortSignal): Promise<StreamEnd> {
    return stream({ resourceVersion: store.resourceVersion, initialEvents: false }, applyToStore, signal);
  }

  async function watchWithInitialObjects(resourceVersion: string, signal: AbortSignal): Promise<StreamEnd> {
    const collected = new AbortController();
    const reading = linkedAbort(signal);
    let tooLate = false;
    void clock.sleep(durations.initialEventsLimitMilliseconds, collected.signal).then(() => {
      if (collected.signal.aborted) return;
      tooLate = true;
      reading.abort();
    });

    let objects = new Map<string, T>();
    const onEvent = (event: DataEvent): void => {
      if (collected.signal.aborted) {
        applyToStore(event);
      } else if (event.type === 'DELETED') {
        objects.delete(keyOf(event.object));
      } else if (event.type !== 'BOOKMARK') {
        collect(objects, event.object);
      } else if (event.endsInitialEvents) {
        collected.abort();
        followed.onCollected(objects, event.resourceVersion);
        objects = new Map();
      }
    };
    const end = await stream({ resourceVersion, initialEvents: true }, onEvent, reading.signal);
    const complete = collected.signal.aborted;
    collected.abort();
    reading.unlink();
    if (signal.aborted) return { cause: 'Stopped' };

    const refused = !complete && end.cause === 'Failed' && (end.error.status === 400 || end.error.status === 422);
    return tooLate || refused ? { cause: 'NoInitialObjects' } : end;
  }

  async function listThenWatch(signal: AbortSignal): Promise<StreamEnd> {
    const objects = new Map<string, T>();
    let resourceVersion = '';
    try {
      for await (const page of listPages(transport, { ...scope, signal })) {
        followed.onEvent();
        if (page.restarted) objects.clear();
        for (const item of page.items) collect(objects, item);
        resourceVersion = page.resourceVersion;
      }
    } catch (thrown) {
      if (signal.aborted) return { cause: 'Stopped' };
      return { cause: 'Failed', error: asKubeError(thrown, `Listing ${describeScope(scope)}`), healthy: false };
    }
    if (signal.aborted) return { cause: 'Stopped' };

    followed.onCollected(objects, resourceVersion);
    return watch(signal);
  }

  return { watch, watchWithInitialObjects, listThenWatch };
}
