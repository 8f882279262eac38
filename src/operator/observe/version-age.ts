import type { ReadonlyStore } from '../../kube/cache/store.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeObject } from '../../kube/object.ts';
import { keyOf } from '../../kube/object.ts';

/** How long this process has known an object as it is. */
export type VersionAge = (object: KubeObject) => number;

/**
 * Remembers since when each object of a cache has its resourceVersion, by this process's own clock. An object that was there when the
 * process started counts from then: its age is never called longer than it is.
 */
export function trackVersionAges<T extends KubeObject>(store: ReadonlyStore<T>, clock: Clock): VersionAge {
  const seen = new Map<string, { readonly resourceVersion: string | undefined; readonly since: number }>();
  store.onChange((event) => {
    if (event.type === 'Deleted') {
      seen.delete(keyOf(event.old));
    } else {
      seen.set(keyOf(event.new), {
        resourceVersion: event.new.metadata.resourceVersion,
        since: clock.monotonicMilliseconds(),
      });
    }
  });

  return (object) => {
    const known = seen.get(keyOf(object));
    const isSame = known !== undefined && known.resourceVersion === object.metadata.resourceVersion;
    return isSame ? clock.monotonicMilliseconds() - known.since : 0;
  };
}
