/** Enough for the usual head. */
const firstCapacity = 32;

/** Pairs of positions, in memory that is used again: a list of objects would be new for each head. */
export class SpanList {
  count = 0;
  private positions = new Int32Array(firstCapacity * 2);

  clear(): void {
    this.count = 0;
  }

  add(start: number, end: number): void {
    if (this.count * 2 === this.positions.length) this.grow();
    this.positions[this.count * 2] = start;
    this.positions[this.count * 2 + 1] = end;
    this.count += 1;
  }

  /** Adds a pair where it belongs in an ascending list. */
  insert(start: number, end: number): void {
    let index = this.count;
    this.add(start, end);
    for (; index > 0 && this.start(index - 1) > start; index -= 1) {
      this.positions.copyWithin(index * 2, (index - 1) * 2, index * 2);
    }
    this.positions[index * 2] = start;
    this.positions[index * 2 + 1] = end;
  }

  /** How long all of them are together, with two octets more for each. */
  get octets(): number {
    let sum = 0;
    for (let index = 0; index < this.count; index += 1) sum += this.end(index) - this.start(index) + 2;
    return sum;
  }

  start(index: number): number {
    return this.positions[index * 2] ?? 0;
  }

  end(index: number): number {
    return this.positions[index * 2 + 1] ?? 0;
  }

  private grow(): void {
    const larger = new Int32Array(this.positions.length * 2);
    larger.set(this.positions);
    this.positions = larger;
  }
}
