import { compareNames } from './slot-order.ts';

/** A backend that may get the next piece of work. */
export interface Candidate {
  readonly name: string;
  /** Its share relative to the others: above 0, at most 1. */
  readonly weight: number;
}

/** Round-robin over names, not over positions in a list: the set may change at any time. */
export interface Rotation {
  /** The next backend; undefined when there is none. `candidates` in the order of `compareNames`, no name twice. */
  pick<T extends Candidate>(candidates: readonly T[]): T | undefined;
  /** The name left the pool: should it come back, it starts like a new one. */
  forget(name: string): void;
}

/** Sums of weights such as 0.1 + 0.2 miss whole numbers by less than this. */
const rounding = 1e-9;

/**
 * Weighted round-robin by a cursor. The cursor walks over the names in their order, for ever; at each visit a backend earns its
 * weight, and once it has earned 1 it is picked. Hence:
 * - with equal weights the order is exactly 0, 1, 2, 0, 1, 2, also right after the set changed;
 * - between two picks of a backend, every other one that was there all the time was visited exactly once, so in any window the counts
 *   of two equal backends differ by at most 1, whatever joins or leaves meanwhile;
 * - who joins has earned nothing: there is no backlog to catch up with;
 * - a changed weight counts from the next visit.
 *
 * @param start from 0 (inclusive) to 1 (exclusive): where the cursor begins, so that the balancers of a pool do not march in step.
 */
export function createRotation(start: number): Rotation {
  const earned = new Map<string, number>();
  let cursor: string | undefined;

  function firstPosition(candidates: readonly Candidate[]): number {
    if (cursor === undefined) return Math.floor(start * candidates.length);
    const last = cursor;
    const present = candidates.findIndex(({ name }) => name === last);
    if (present !== -1) return present + 1;
    const position = candidates.findIndex(({ name }) => compareNames(name, last) > 0);
    return position === -1 ? 0 : position;
  }

  return {
    pick(candidates) {
      let heaviest = 0;
      for (const { weight } of candidates) heaviest = Math.max(heaviest, weight);
      if (heaviest <= 0) return undefined;

      // The heaviest is picked at its first visit at the latest, so this ends within one lap.
      for (let position = firstPosition(candidates); ; position += 1) {
        const candidate = candidates[position % candidates.length];
        if (candidate === undefined) return undefined;
        const sum = (earned.get(candidate.name) ?? 0) + candidate.weight / heaviest;
        if (sum < 1 - rounding) {
          earned.set(candidate.name, sum);
          continue;
        }
        const rest = sum - 1;
        if (rest > rounding) earned.set(candidate.name, rest);
        else earned.delete(candidate.name);
        cursor = candidate.name;
        return candidate;
      }
    },
    forget(name) {
      earned.delete(name);
    },
  };
}
