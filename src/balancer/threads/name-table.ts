/** More than all pools have; beyond it, numbers of names that are gone are given again. */
export const mostNames = 1024;

/** DNS labels have 63. */
const longestName = 63;
const octetsPerName = 64;

const countIndex = 0;
const generationIndex = 1;
const headOctets = 8;

const coder = new TextEncoder();

/**
 * Numbers for the names of backends, in memory that all threads share: what they count by backend is in tables by these numbers. One
 * thread gives them, all read them.
 */
export class NameTable {
  readonly memory: SharedArrayBuffer;
  private readonly cells: Int32Array;
  private readonly octets: Uint8Array;
  /** What was read so far. */
  private readonly numbers = new Map<string, number>();
  private names: string[] = [];
  private generation = 0;

  constructor(memory = new SharedArrayBuffer(headOctets + mostNames * octetsPerName)) {
    this.memory = memory;
    this.cells = new Int32Array(memory, 0, 2);
    this.octets = new Uint8Array(memory, headOctets);
  }

  /** How many numbers there are. */
  get count(): number {
    return Atomics.load(this.cells, countIndex);
  }

  /** @throws when nobody gave it a number */
  numberOf(name: string): number {
    const number = this.find(name);
    if (number === undefined) throw new Error(`The backend ${name} has no number in the memory that threads share`);
    return number;
  }

  /** The name of a number below `count`. */
  nameOf(number: number): string {
    this.catchUp();
    return this.names[number] ?? '';
  }

  /**
   * Gives numbers to those names that have none. Only for the one thread that does so.
   * @param isFree whether a number may be given again, should there be no other; never asked for those of `names`
   */
  give(names: readonly string[], isFree: (number: number) => boolean): void {
    const wanted = new Set(names);
    for (const name of wanted) if (this.find(name) === undefined) this.put(name, this.unused(wanted, isFree));
  }

  private find(name: string): number | undefined {
    const known = this.numbers.get(name);
    if (known !== undefined && this.generation === Atomics.load(this.cells, generationIndex)) return known;
    this.catchUp();
    return this.numbers.get(name);
  }

  private catchUp(): void {
    const generation = Atomics.load(this.cells, generationIndex);
    if (generation !== this.generation) {
      this.generation = generation;
      this.names = [];
      this.numbers.clear();
    }
    for (let number = this.names.length; number < this.count; number += 1) {
      const start = number * octetsPerName;
      const length = this.octets[start] ?? 0;
      const name = String.fromCharCode(...this.octets.subarray(start + 1, start + 1 + length));
      this.names.push(name);
      this.numbers.set(name, number);
    }
  }

  private unused(wanted: ReadonlySet<string>, isFree: (number: number) => boolean): number {
    if (this.count < mostNames) return this.count;
    const number = this.names.findIndex((name, index) => !wanted.has(name) && isFree(index));
    if (number === -1) throw new Error(`More than ${mostNames} backends have sessions, or are to get some`);
    return number;
  }

  private put(name: string, number: number): void {
    const octets = coder.encode(name);
    if (octets.length > longestName) throw new Error(`A backend's name has more than ${longestName} letters: ${name}`);
    this.octets[number * octetsPerName] = octets.length;
    this.octets.set(octets, number * octetsPerName + 1);
    if (number === this.count) Atomics.add(this.cells, countIndex, 1);
    else Atomics.add(this.cells, generationIndex, 1);
  }
}
