import { compareNames } from './slot-order.ts';

/** A backend that may get the next piece of work. */
export interface Candidate {
  readonly name: string;
  /** Its share relative to the others: above 0, at most 1. */
  readonly weight: number;
}

/** Round-robin over names, not over positions in a list: the set may change at any time. */
export interface Rotation {
  /** The next backend; undefined when there is none. `candidates` in the order of `compareNames`, no name twice; another set is another list. */
  pick<T extends Candidate>(candidates: readonly T[]): T | undefined;
  /** The name left the pool: should it come back, it starts like a new one. */
  forget(name: string): void;
}

/** What names have earned towards their next turns: at least 0, less than 1. */
export interface Earnings {
  get(name: string): number | undefined;
  set(name: string, earned: number): unknown;
  delete(name: string): unknown;
}

const heaviestAllowed = 1;

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
  /** The list of the last pick, and the place in it. */
  let latest: readonly Candidate[] = [];
  let latestPosition = 0;

  function firstPosition(candidates: readonly Candidate[]): number {
    if (candidates === latest) return latestPosition + 1;
    if (cursor === undefined) return Math.floor(start * candidates.length);
    return positionBehind(cursor, candidates);
  }

  return {
    pick(candidates) {
      const position = nextTurn(firstPosition(candidates), candidates, earned);
      const candidate = candidates[position];
      if (candidate === undefined) return undefined;
      latest = candidates;
      latestPosition = position;
      cursor = candidate.name;
      return candidate;
    },
    forget(name) {
      earned.delete(name);
    },
  };
}

/** Where a cursor goes on that stands at this name, be it there or not. */
export function positionBehind(name: string, candidates: readonly Candidate[]): number {
  const present = candidates.findIndex((candidate) => candidate.name === name);
  if (present !== -1) return present + 1;
  const position = candidates.findIndex((candidate) => compareNames(candidate.name, name) > 0);
  return position === -1 ? 0 : position;
}

/** The position of who is picked when the cursor walks on from `first`, which may be behind the end; -1 = there is nobody. */
export function nextTurn(first: number, candidates: readonly Candidate[], earned: Earnings): number {
  // The heaviest is picked at its first visit at the latest, so this ends within one lap.
  for (let visit = first; ; visit += 1) {
    const position = visit % candidates.length;
    const candidate = candidates[position];
    if (candidate === undefined) return -1;
    if (earnsTurn(candidate, candidates, earned)) return position;
  }
}

/** One visit of the cursor. */
function earnsTurn({ name, weight }: Candidate, candidates: readonly Candidate[], earned: Earnings): boolean {
  // Nobody is heavier: it earns a whole turn, and keeps what it had earned towards the next one.
  if (weight === heaviestAllowed) return true;
  let heaviest = 0;
  for (const other of candidates) heaviest = Math.max(heaviest, other.weight);
  const sum = (earned.get(name) ?? 0) + weight / heaviest;
  if (sum < 1 - rounding) {
    earned.set(name, sum);
    return false;
  }
  const rest = sum - 1;
  if (rest > rounding) earned.set(name, rest);
  else earned.delete(name);
  return true;
}
