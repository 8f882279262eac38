import { parseGatewayPool } from '../../api/gatewaypool.ts';
import type { Reconcile, Result } from '../../kube/controller/reconciler.ts';
import { isGoneOrChanged, MovedOnError } from '../apply/moved-on.ts';
import { writeStatus } from '../apply/write-status.ts';
import type { StoredPool } from '../observe/caches.ts';
import type { Plan } from '../plan/actions.ts';
import { actionEvents } from '../plan/events.ts';
import { planForInvalidPool } from '../plan/invalid-pool.ts';
import type { PoolIdentity } from '../plan/observation.ts';
import { plan as planFor } from '../plan/plan.ts';
import type { Acted } from './act.ts';
import { act } from './act.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import { cachedVersion } from './cached-version.ts';
import type { Look } from './look.ts';
import { look } from './look.ts';
import { poolIdentity } from './pool-identity.ts';
import { lookAgainMilliseconds } from './look-again.ts';

/** Observe, plan, apply: one round for the pool of a key. Nothing but the status and the log remembers what was done. */
export function createReconcile(dependencies: ReconcileDependencies): Reconcile {
  return async (key, signal) => {
    try {
      return await round(dependencies, key, signal);
    } catch (error) {
      if (error instanceof MovedOnError || isGoneOrChanged(error)) return { requeueSoon: true };
      throw error;
    }
  };
}

async function round(dependencies: ReconcileDependencies, key: string, signal: AbortSignal): Promise<Result> {
  const { caches, clock, written } = dependencies;
  const stored = caches.pools.get(key);
  if (stored === undefined) {
    // Note: here, and not when the watch told of it: a round that was under way then has reported the pool once more.
    const [namespace = '', name = ''] = key.split('/');
    dependencies.metrics.pools.forget({ namespace, name });
    return undefined;
  }
  if (stored.metadata.deletionTimestamp !== undefined) return undefined;
  // Note: from a cache that does not show our last writes yet, a plan would do them again.
  if (written.behind(key, (kind) => cachedVersion(caches, kind)).length > 0) return { requeueSoon: true };

  const identity = poolIdentity(stored);
  const parsed = parseGatewayPool(stored);
  if (!parsed.valid) {
    const plan = planForInvalidPool(identity, parsed.errors, clock.now());
    await tell(dependencies, stored, identity, plan, plan.status, signal);
    return undefined;
  }

  const seen = await look(dependencies, parsed.pool, identity, signal);
  const plan = planFor(seen.observation, clock.now());
  return carryThrough(dependencies, stored, seen, plan, signal);
}

/** The status is written whether or not the actions succeeded: it says what was seen before them. */
async function carryThrough(
  dependencies: ReconcileDependencies,
  stored: StoredPool,
  seen: Look,
  plan: Plan,
  signal: AbortSignal,
): Promise<Result> {
  const { pool: identity } = seen.observation;
  let acted: Acted;
  try {
    acted = await act(dependencies, seen, plan, signal);
  } catch (error) {
    await tellInPassing(dependencies, stored, seen, plan, signal);
    throw error;
  }

  for (const action of acted.done) {
    dependencies.metrics.actionDone(action.action);
    for (const event of actionEvents(action)) {
      dependencies.recordEvent(stored, event);
      dependencies.logger.info({ pool: `${identity.namespace}/${identity.name}`, reason: event.reason }, event.message);
    }
  }
  await tell(dependencies, stored, identity, plan, acted.status, signal);
  return lookAgainMilliseconds({
    now: dependencies.clock.monotonicMilliseconds(),
    planned: plan.requeueAfterMilliseconds,
    secrets: [seen.reading.readAgainMilliseconds, seen.tls.readAgainMilliseconds],
    outcome: acted,
  });
}

/** After a failure, which is what has to be reported: that the status could not be written either is most likely the same trouble. */
async function tellInPassing(
  dependencies: ReconcileDependencies,
  stored: StoredPool,
  { observation: { pool } }: Look,
  plan: Plan,
  signal: AbortSignal,
): Promise<void> {
  try {
    await tell(dependencies, stored, pool, plan, plan.status, signal);
  } catch (error) {
    dependencies.logger.info({ pool: `${pool.namespace}/${pool.name}`, err: error }, 'Did not write the status');
  }
}

/** Writes the status if it changed, then records the Events of the change: once, by whoever wrote it. */
async function tell(
  { client, metrics, recordEvent }: ReconcileDependencies,
  stored: StoredPool,
  identity: PoolIdentity,
  plan: Plan,
  status: Plan['status'],
  signal: AbortSignal,
): Promise<void> {
  metrics.pools.report(identity, status);
  const isWritten = await writeStatus(client, identity, status, signal);
  if (!isWritten) return;
  for (const event of plan.events) recordEvent(stored, event);
}
