import type { Result } from '../../kube/controller/reconciler.ts';
import type { RunOutcome } from '../apply/run-actions.ts';
import type { Obstacles } from '../observe/pool-memory.ts';

/** What a look at a pool came to, as far as the next one depends on it. Times in milliseconds. */
export interface Looked {
  /** By the monotonic clock. */
  readonly now: number;
  /** When the plan wants the next look. */
  readonly planned: number | undefined;
  /** When users' Secrets have to be read again. */
  readonly secrets: readonly (number | undefined)[];
  readonly outcome: Pick<RunOutcome, 'outOfDate' | 'memory'>;
}

/** What stands in the way is looked at again after this: no watch tells that a foreign object is gone or a quota was raised. */
const obstacleMilliseconds = 30_000;

/** When a pool has to be looked at although nothing that is watched has changed. */
export function lookAgainMilliseconds({ now, planned, secrets, outcome }: Looked): Result {
  const { outOfDate, memory } = outcome;
  // The next look makes a better plan at once. While only something that was refused waits for its turn, it would make the same.
  if (outOfDate) return { requeueSoon: true };

  const isObstructed = [memory.children, memory.slots].some(hasAny);
  const waits = [
    planned,
    ...secrets,
    ...[memory.starts, memory.rolls].map(({ againAt }) => (againAt > now ? againAt - now : undefined)),
    isObstructed ? obstacleMilliseconds : undefined,
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : { requeueAfterMilliseconds: Math.min(...waits) };
}

function hasAny({ conflicts, refusals }: Obstacles): boolean {
  return conflicts.length > 0 || refusals.length > 0;
}
