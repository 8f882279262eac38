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
  /** A refused start costs writes that bring the next reconcile about, so it waits longer each time. */
  readonly starts: Backoff;
  /** Of replacements, which may be what makes room for the refused starts. */
  readonly rolls: Backoff;
}

export interface Backoff {
  /** How often the API server refused, one time after the other. */
  readonly refused: number;
  /** Not before, by the monotonic clock. */
  readonly againAt: number;
}

export const noBackoff: Backoff = { refused: 0, againAt: Number.NEGATIVE_INFINITY };

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
      starts: noBackoff,
      rolls: noBackoff,
    };
  }

  remember(uid: string, memory: PoolMemory): void {
    this.#memories.set(uid, memory);
  }

  forget(uid: string): void {
    this.#memories.delete(uid);
  }
}
