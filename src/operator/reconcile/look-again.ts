import type { Result } from '../../kube/controller/reconciler.ts';
import type { Obstacles } from '../observe/pool-memory.ts';
import type { Plan } from '../plan/actions.ts';
import type { Acted } from './act.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import type { Look } from './look.ts';

/** What stands in the way is looked at again after this: no watch tells that a foreign object is gone or a quota was raised. */
const obstacleMilliseconds = 30_000;

/** When a pool has to be looked at although nothing that is watched has changed. */
export function lookAgainMilliseconds(
  { clock }: ReconcileDependencies,
  { reading, memory: before }: Look,
  plan: Plan,
  { completed, memory }: Acted,
): Result {
  const startWait = memory.startAgainAt - clock.monotonicMilliseconds();
  const isObstructed = [memory.children, memory.slots].some(hasAny);
  // Out of date, and not because a refused start has to wait: then the next look makes a better plan at once.
  if (!completed && (startWait <= 0 || memory !== before)) return { requeueSoon: true };

  const waits = [
    plan.requeueAfterMilliseconds,
    reading.readAgainMilliseconds,
    ...(startWait > 0 ? [startWait] : []),
    ...(isObstructed ? [obstacleMilliseconds] : []),
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : { requeueAfterMilliseconds: Math.min(...waits) };
}

function hasAny({ conflicts, refusals }: Obstacles): boolean {
  return conflicts.length > 0 || refusals.length > 0;
}
