import type { ForeignObject, Refusal } from '../plan/observation.ts';

/** What stood in the way when something was to be made. */
export interface Obstacles {
  readonly conflicts: readonly ForeignObject[];
  readonly refusals: readonly Refusal[];
}

export const noObstacles: Obstacles = { conflicts: [], refusals: [] };

/**
 * What the last attempts to act on a pool ran into: no cache shows it. Lost with the process, and found again by its first attempt.
 */
export interface PoolMemory {
  /** The generation of the pool that the refusals are about. */
  readonly generation: number;
  readonly children: Obstacles;
  /** Of the slots and the start gate. */
  readonly slots: Obstacles;
  /** Starts that were refused one after the other. */
  readonly refusedStarts: number;
  /** No start before, by the monotonic clock: a refused start costs writes that bring the next reconcile about. */
  readonly startAgainAt: number;
}

/** What is remembered of each pool, by its uid. */
export class PoolMemories {
  readonly #memories = new Map<string, PoolMemory>();

  /** Refusals of an older spec say nothing about this one. */
  of(uid: string, generation: number): PoolMemory {
    const known = this.#memories.get(uid);
    if (known?.generation === generation) return known;

    const conflicts = (of: Obstacles | undefined): Obstacles => ({ ...noObstacles, conflicts: of?.conflicts ?? [] });
    return {
      generation,
      children: conflicts(known?.children),
      slots: conflicts(known?.slots),
      refusedStarts: 0,
      startAgainAt: Number.NEGATIVE_INFINITY,
    };
  }

  remember(uid: string, memory: PoolMemory): void {
    this.#memories.set(uid, memory);
  }

  forget(uid: string): void {
    this.#memories.delete(uid);
  }
}
