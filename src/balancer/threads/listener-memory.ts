import { mostNames } from './name-table.ts';
import { openLockOf } from './spin-lock.ts';

export const lockIndex = 0;
/** The number of the name that was picked last, and 1; 0 = nobody was. */
export const cursorIndex = 1;
const crowdIndex = 16;
export const mostThreads = 16;
const earningsAt = 256;

/** What the threads share of one listener. */
export interface ListenerMemory {
  readonly memory: SharedArrayBuffer;
  readonly cells: Int32Array;
  /** What backends have earned towards their next turns, by their numbers. */
  readonly earnings: Float64Array;
}

export function listenerMemory(
  memory = new SharedArrayBuffer(earningsAt + mostNames * Float64Array.BYTES_PER_ELEMENT),
): ListenerMemory {
  return {
    memory,
    cells: new Int32Array(memory, 0, earningsAt / Int32Array.BYTES_PER_ELEMENT),
    earnings: new Float64Array(memory, earningsAt),
  };
}

/** Client connections of this listener, of all threads. */
export function crowdOf({ cells }: ListenerMemory): number {
  let sum = 0;
  for (let thread = 0; thread < mostThreads; thread += 1) sum += Atomics.load(cells, crowdIndex + thread);
  return sum;
}

export function addToCrowd({ cells }: ListenerMemory, thread: number, amount: 1 | -1): void {
  Atomics.add(cells, crowdIndex + thread, amount);
}

/** The thread is dead: what it had open is closed, and what it held is free. */
export function wipeThread({ cells }: ListenerMemory, thread: number): void {
  Atomics.store(cells, crowdIndex + thread, 0);
  openLockOf(thread + 1, cells, lockIndex);
}
