import type { KubeObject } from '../object.ts';
import { keyOf } from '../object.ts';
import { KeyIndex } from './key-index.ts';
import type { IndexFunction } from './key-index.ts';

/** A change of the cache, after it happened. `initial` marks what was there when the cache first filled. */
export type StoreEvent<T> =
  | { readonly type: 'Added'; readonly old?: undefined; readonly new: T; readonly initial: boolean }
  | { readonly type: 'Updated'; readonly old: T; readonly new: T; readonly initial: boolean }
  | { readonly type: 'Deleted'; readonly old: T; readonly new?: undefined; readonly initial: boolean };

/** Must be quick and synchronous: enqueue a key, no more. */
export type StoreHandler<T> = (event: StoreEvent<T>) => void;

/** What readers see. The objects are shared: never change one. */
export interface ReadonlyStore<T extends KubeObject> {
  readonly size: number;
  /** How far the cache has read the collection's history; the empty string before the first fill. */
  readonly resourceVersion: string;
  /** By `namespace/name`, or `name` for cluster-scoped kinds. */
  get(key: string): T | undefined;
  list(): T[];
  /** @throws Error for an index that the store was not created with. */
  byIndex(indexName: string, value: string): T[];
  /** Calls the handler for every change from now on; returns what ends that. */
  onChange(handler: StoreHandler<T>): () => void;
}

/** A local copy of one collection, kept current by a reflector. Every change is complete (indexes too) before a handler sees it. */
export class Store<T extends KubeObject> implements ReadonlyStore<T> {
  #objects = new Map<string, T>();
  #resourceVersion = '';
  readonly #indexes: ReadonlyMap<string, KeyIndex<T>>;
  readonly #handlers = new Set<StoreHandler<T>>();
  #onHandlerError: (error: unknown) => void = () => {};

  constructor(options: { readonly indexes?: Readonly<Record<string, IndexFunction<T>>> } = {}) {
    const indexes = Object.entries(options.indexes ?? {});
    this.#indexes = new Map(indexes.map(([name, valuesOf]) => [name, new KeyIndex(valuesOf)]));
  }

  get size(): number {
    return this.#objects.size;
  }

  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  byIndex(indexName: string, value: string): T[] {
    const index = this.#indexes.get(indexName);
    if (index === undefined) throw new Error(`The store has no index "${indexName}"`);

    const found: T[] = [];
    for (const key of index.keys(value)) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  onChange(handler: StoreHandler<T>): () => void {
    this.#handlers.add(handler);
    return () => {
      this.#handlers.delete(handler);
    };
  }

  /** Who is told when a handler throws; the other handlers and the cache go on. */
  reportHandlerErrors(report: (error: unknown) => void): void {
    this.#onHandlerError = report;
  }

  /** Takes a new or changed object in. The same version twice is no change. */
  put(object: T, resourceVersion: string): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) index.move(key, old, object);
    this.#notify(old, object, false);
    this.#resourceVersion = resourceVersion;
  }

  /** Forgets an object; nothing happens if it is not there. */
  remove(key: string, resourceVersion: string): void {
    const old = this.#objects.get(key);
    if (old !== undefined) {
      this.#objects.delete(key);
      for (const index of this.#indexes.values()) index.move(key, old, undefined);
      this.#notify(old, undefined, false);
    }
    this.#resourceVersion = resourceVersion;
  }

  /** A bookmark: nothing of ours changed until there. */
  advance(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
  }

  /** Puts a whole collection in place of the present one, then reports the differences. */
  replace(objects: Map<string, T>, resourceVersion: string, options: { readonly initial: boolean }): void {
    const previous = this.#objects;
    this.#objects = objects;
    for (const index of this.#indexes.values()) {
      index.clear();
      for (const [key, object] of objects) index.move(key, undefined, object);
    }
    for (const [key, object] of objects) this.#notify(previous.get(key), object, options.initial);
    for (const [key, old] of previous) {
      if (!objects.has(key)) this.#notify(old, undefined, options.initial);
    }
    this.#resourceVersion = resourceVersion;
  }

  #notify(old: T | undefined, object: T | undefined, initial: boolean): void {
    for (const event of changes(old, object, initial)) {
      for (const handler of this.#handlers) {
        try {
          handler(event);
        } catch (error) {
          this.#onHandlerError(error);
        }
      }
    }
  }
}

/** True when both are the same version of the same object. */
export function sameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
}

function changes<T extends KubeObject>(old: T | undefined, object: T | undefined, initial: boolean): StoreEvent<T>[] {
  if (old === undefined) return object === undefined ? [] : [{ type: 'Added', new: object, initial }];
  if (object === undefined) return [{ type: 'Deleted', old, initial }];
  if (sameVersion(old, object)) return [];
  if (old.metadata.uid === object.metadata.uid) return [{ type: 'Updated', old, new: object, initial }];

  // Deleted and created again under the same name while nobody watched: two objects, so two events.
  return [
    { type: 'Deleted', old, initial },
    { type: 'Added', new: object, initial },
  ];
}
