/** What an object was like when we last wrote it, or found that there was nothing to write. */
export interface AppliedIntent {
  readonly uid: string;
  /** `intentHash` of what we applied. */
  readonly hash: string;
  /** The newest version of the object that is known to hold our intent. */
  readonly resourceVersion: string;
  /** metadata.generation then; absent for kinds without one. */
  readonly generation: number | undefined;
  /** Our fields are known to be in an `Apply` entry only. */
  readonly tookOver: boolean;
}

/** The last applied intents by object, at most `maxEntries`: the one not used for longest makes room. */
export class AppliedIntents {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, AppliedIntent>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): AppliedIntent | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      // A Map iterates in the order of insertion, so the first key is the one that was not used for longest.
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  set(key: string, entry: AppliedIntent): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) return;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
