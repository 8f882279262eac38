import { compareResourceVersions } from '../resource-version.ts';

/**
 * Remembers what our own writes for a key brought about, so that the key is not reconciled from a cache that does not show them yet: a
 * stale cache makes a controller do its last step a second time. (Kubernetes' own controllers do the same since 1.36, KEP-5647.)
 */
export class WrittenVersions {
  readonly #written = new Map<string, Map<string, string>>();

  /** A write for `key` was answered with this resource version of that kind of object. */
  wrote(key: string, kind: string, resourceVersion: string): void {
    const kinds = this.#written.get(key) ?? new Map<string, string>();
    this.#written.set(key, kinds);
    const known = kinds.get(kind);
    if (known === undefined || (compareResourceVersions(known, resourceVersion) ?? -1) < 0) {
      kinds.set(kind, resourceVersion);
    }
  }

  /**
   * Kinds whose cache is older than our last write for this key; empty when the key can be reconciled. A cache without a comparable
   * version does not hold anything up.
   *
   * @param cached the resource version that the cache of a kind has reached (events and bookmarks move it on)
   */
  behind(key: string, cached: (kind: string) => string | undefined): string[] {
    const kinds = this.#written.get(key);
    if (kinds === undefined) return [];

    const behind = [];
    for (const [kind, written] of kinds) {
      const order = compareResourceVersions(cached(kind) ?? '', written);
      if (order !== undefined && order < 0) behind.push(kind);
      else kinds.delete(kind);
    }
    if (kinds.size === 0) this.#written.delete(key);
    return behind;
  }

  /** The object of this key is gone. */
  forget(key: string): void {
    this.#written.delete(key);
  }
}
