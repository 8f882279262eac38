/** The values under which an object is found, such as its owner's uid or a label's value. Pure; called for each version of an object. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** One index: from a value to the keys of the objects that have it. */
export class KeyIndex<T> {
  readonly #valuesOf: IndexFunction<T>;
  /** Most values belong to one object (owner uids); a Set for each of those would take more memory than the objects' own names. */
  readonly #keys = new Map<string, string | Set<string>>();

  constructor(valuesOf: IndexFunction<T>) {
    this.#valuesOf = valuesOf;
  }

  keys(value: string): Iterable<string> {
    const keys = this.#keys.get(value);
    if (keys === undefined) return [];
    return typeof keys === 'string' ? [keys] : keys;
  }

  /** Moves a key from where its old version was to where its new one belongs; undefined = there is none. */
  move(key: string, old: T | undefined, object: T | undefined): void {
    if (old !== undefined) {
      for (const value of this.#valuesOf(old)) this.#remove(value, key);
    }
    if (object !== undefined) {
      for (const value of this.#valuesOf(object)) this.#add(value, key);
    }
  }

  clear(): void {
    this.#keys.clear();
  }

  #add(value: string, key: string): void {
    const keys = this.#keys.get(value);
    if (keys === undefined || keys === key) {
      this.#keys.set(value, key);
    } else if (typeof keys === 'string') {
      this.#keys.set(value, new Set([keys, key]));
    } else {
      keys.add(key);
    }
  }

  /** Values come and go; an empty set left behind for each would be a leak. */
  #remove(value: string, key: string): void {
    const keys = this.#keys.get(value);
    if (keys === key) {
      this.#keys.delete(value);
    } else if (keys instanceof Set) {
      keys.delete(key);
      if (keys.size === 0) this.#keys.delete(value);
    }
  }
}
