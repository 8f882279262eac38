interface Slot<V> {
  readonly key: string;
  value: V;
  /** Order of arrival: what comes first among equals. */
  readonly sequence: number;
}

/**
 * A binary heap with at most one value per key, first in first out among equal values. Every operation is O(log n), `peek` and `get`
 * are O(1).
 */
export class KeyedHeap<V> {
  readonly #compare: (a: V, b: V) => number;
  readonly #slots: Slot<V>[] = [];
  readonly #positions = new Map<string, number>();
  #sequence = 0;

  /** @param compare negative when `a` leaves the heap before `b` */
  constructor(compare: (a: V, b: V) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#slots.length;
  }

  get(key: string): V | undefined {
    const position = this.#positions.get(key);
    return position === undefined ? undefined : this.#slots[position]?.value;
  }

  /** Adds the key, or gives it another value; a key that is there already keeps its place among equals. */
  set(key: string, value: V): void {
    const position = this.#positions.get(key);
    const known = position === undefined ? undefined : this.#slots[position];
    if (position === undefined || known === undefined) {
      this.#slots.push({ key, value, sequence: this.#sequence++ });
      this.#positions.set(key, this.#slots.length - 1);
      this.#rise(this.#slots.length - 1);
      return;
    }
    known.value = value;
    this.#rise(position);
    this.#sink(this.#positions.get(key) ?? position);
  }

  /** In no particular order. */
  *values(): IterableIterator<V> {
    for (const slot of this.#slots) yield slot.value;
  }

  peek(): { readonly key: string; readonly value: V } | undefined {
    return this.#slots[0];
  }

  pop(): { readonly key: string; readonly value: V } | undefined {
    const first = this.#slots[0];
    const last = this.#slots.pop();
    if (first === undefined || last === undefined) return undefined;

    this.#positions.delete(first.key);
    if (last === first) return first;

    this.#slots[0] = last;
    this.#positions.set(last.key, 0);
    this.#sink(0);
    return first;
  }

  #before(a: Slot<V>, b: Slot<V>): boolean {
    const order = this.#compare(a.value, b.value);
    return order === 0 ? a.sequence < b.sequence : order < 0;
  }

  #rise(from: number): void {
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.#swapIfBefore(position, parent)) return;
      position = parent;
    }
  }

  #sink(from: number): void {
    let position = from;
    for (;;) {
      const left = 2 * position + 1;
      const leftSlot = this.#slots[left];
      if (leftSlot === undefined) return;
      const rightSlot = this.#slots[left + 1];
      const child = rightSlot !== undefined && this.#before(rightSlot, leftSlot) ? left + 1 : left;
      if (!this.#swapIfBefore(child, position)) return;
      position = child;
    }
  }

  /** Swaps the two places when the one further down belongs further up. */
  #swapIfBefore(lower: number, upper: number): boolean {
    const lowerSlot = this.#slots[lower];
    const upperSlot = this.#slots[upper];
    if (lowerSlot === undefined || upperSlot === undefined || !this.#before(lowerSlot, upperSlot)) return false;

    this.#slots[lower] = upperSlot;
    this.#slots[upper] = lowerSlot;
    this.#positions.set(upperSlot.key, lower);
    this.#positions.set(lowerSlot.key, upper);
    return true;
  }
}
