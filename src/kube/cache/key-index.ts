/** The values under which an object is found, such as its owner's uid or a label's value. Pure; called for each version of an object. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** One index: from a value to the keys of the objects that have it. */
export class KeyIndex<T> {
  readonly #valuesOf: IndexFunction<T>;
  readonly #keys = new Map<string, Set<string>>();

  constructor(valuesOf: IndexFunction<T>) {
    this.#valuesOf = valuesOf;
  }

  keys(value: string): Iterable<string> {
    return this.#keys.get(value) ?? [];
  }

  /** Moves a key from where its old version was to where its new one belongs; undefined = there is none. */
  move(key: string, old: T | undefined, object: T | undefined): void {
    if (old !== undefined) this.#remove(key, old);
    if (object !== undefined) this.#add(key, object);
  }

  clear(): void {
    this.#keys.clear();
  }

  #add(key: string, object: T): void {
    for (const value of this.#valuesOf(object)) {
      const keys = this.#keys.get(value);
      if (keys === undefined) {
        this.#keys.set(value, new Set([key]));
      } else {
        keys.add(key);
      }
    }
  }

  #remove(key: string, object: T): void {
    for (const value of this.#valuesOf(object)) {
      const keys = this.#keys.get(value);
      keys?.delete(key);
      // Values come and go (owner uids); an empty set left behind for each would be a leak.
      if (keys?.size === 0) this.#keys.delete(value);
    }
  }
}
