import { mostNames, type NameTable } from './name-table.ts';

/** In each thread's row, before its sessions by the numbers of backends. */
const waitingIndex = 0;
const connectionsIndex = 1;
const rowHead = 2;
/** Rows are apart by whole cache lines: each thread writes into its own one only. */
const rowLength = Math.ceil((rowHead + mostNames) / 16) * 16;

/** Before the rows. */
const turnIndex = 0;
const head = 16;

/**
 * What threads count together, in memory that they share: live sessions by backend, client connections, and work that waits. Each thread
 * has a row of its own, and the sums are what counts. So the row of a thread that died can be wiped.
 */
export class Ledger {
  readonly memory: SharedArrayBuffer;
  readonly names: NameTable;
  readonly threads: number;
  private readonly cells: Int32Array;

  constructor(names: NameTable, threads: number, memory = new SharedArrayBuffer((head + threads * rowLength) * 4)) {
    this.names = names;
    this.threads = threads;
    this.memory = memory;
    this.cells = new Int32Array(memory);
  }

  /** @returns how many sessions this thread had on it before */
  addSession(thread: number, backend: number, amount: 1 | -1): number {
    return Atomics.add(this.cells, sessionsAt(thread, backend), amount);
  }

  /** Live sessions on a backend, of all threads. */
  sessionsOn(backend: number): number {
    let sum = 0;
    for (let thread = 0; thread < this.threads; thread += 1) {
      sum += Atomics.load(this.cells, sessionsAt(thread, backend));
    }
    return sum;
  }

  /** Names and numbers of live sessions, of one thread or of all. */
  sessions(thread?: number): [name: string, count: number][] {
    return Array.from({ length: this.names.count }, (_, backend): [string, number] => {
      const count =
        thread === undefined ? this.sessionsOn(backend) : Atomics.load(this.cells, sessionsAt(thread, backend));
      return [this.names.nameOf(backend), count];
    }).filter(([, count]) => count !== 0);
  }

  addConnection(thread: number, amount: 1 | -1): void {
    Atomics.add(this.cells, rowAt(thread) + connectionsIndex, amount);
  }

  /** Client connections of all threads. */
  get connections(): number {
    return this.sumOf(connectionsIndex);
  }

  setWaiting(thread: number, length: number): void {
    Atomics.store(this.cells, rowAt(thread) + waitingIndex, length);
  }

  /** Work that waits for room at a backend, in all threads. */
  get waiting(): number {
    return this.sumOf(waitingIndex);
  }

  /** Whose work is next when room gets free: each thread as often as its share of what waits. Undefined: nobody's. */
  nextWaiting(): number | undefined {
    const waiting = this.waiting;
    if (waiting === 0) return undefined;
    let turn = (Atomics.add(this.cells, turnIndex, 1) >>> 0) % waiting;
    for (let thread = 0; thread < this.threads; thread += 1) {
      turn -= Atomics.load(this.cells, rowAt(thread) + waitingIndex);
      if (turn < 0) return thread;
    }
    return undefined;
  }

  /** The thread is dead, and all that it had with it. */
  wipe(thread: number): void {
    for (let index = 0; index < rowLength; index += 1) Atomics.store(this.cells, rowAt(thread) + index, 0);
  }

  private sumOf(index: number): number {
    let sum = 0;
    for (let thread = 0; thread < this.threads; thread += 1) sum += Atomics.load(this.cells, rowAt(thread) + index);
    return sum;
  }
}

function rowAt(thread: number): number {
  return head + thread * rowLength;
}

function sessionsAt(thread: number, backend: number): number {
  return rowAt(thread) + rowHead + backend;
}
