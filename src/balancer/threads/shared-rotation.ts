import { type Candidate, type Earnings, nextTurn, positionBehind, type Rotation } from '../rotation/rotation.ts';
import { cursorIndex, type ListenerMemory, lockIndex } from './listener-memory.ts';
import type { NameTable } from './name-table.ts';
import { SpinLock } from './spin-lock.ts';

/**
 * The rotation of `createRotation` with its cursor and earnings in memory that threads share: their picks together are in the order in
 * which one thread would make them. Threads may differ for a moment in who they know: the cursor skips none that both know.
 * @param thread from 0
 */
export function createSharedRotation(
  start: number,
  thread: number,
  { cells, earnings }: ListenerMemory,
  names: NameTable,
): Rotation {
  const lock = new SpinLock(cells, lockIndex, thread + 1);
  let latest: readonly Candidate[] = [];
  /** Of `latest`. */
  let numbers: readonly number[] = [];

  const earned: Earnings = {
    get: (name) => earnings[names.numberOf(name)],
    set(name, value) {
      earnings[names.numberOf(name)] = value;
    },
    delete(name) {
      earnings[names.numberOf(name)] = 0;
    },
  };

  function firstPosition(candidates: readonly Candidate[]): number {
    const last = (cells[cursorIndex] ?? 0) - 1;
    if (last === -1) return Math.floor(start * candidates.length);
    const present = numbers.indexOf(last);
    return present === -1 ? positionBehind(names.nameOf(last), candidates) : present + 1;
  }

  return {
    pick(candidates) {
      if (candidates.length === 0) return undefined;
      if (candidates !== latest) {
        numbers = candidates.map(({ name }) => names.numberOf(name));
        latest = candidates;
      }
      lock.acquire();
      try {
        const position = nextTurn(firstPosition(candidates), candidates, earned);
        cells[cursorIndex] = (numbers[position] ?? -1) + 1;
        return candidates[position];
      } finally {
        lock.release();
      }
    },
    forget(name) {
      lock.acquire();
      try {
        earned.delete(name);
      } finally {
        lock.release();
      }
    },
  };
}
