import { hasServed } from './has-served.ts';
import type { GoodRevision, Observation, ObservedPod, ObservedSlot } from './observation.ts';
import { orderOf } from './order-of.ts';
import type { PodFailure } from './pod-failure.ts';
import { failureOf } from './pod-failure.ts';
import type { ActiveSlot, Wish } from './retirement.ts';
import { deadlineOf } from './rollout-deadline.ts';
import type { Slot } from './slots.ts';

/** The wanted revision did not become available in this slot. */
export interface Failure extends PodFailure {
  readonly slot: Slot;
  /** What the slot goes back to; undefined: it never ran anything else, so it stays as it is. */
  readonly good: GoodRevision | undefined;
}

/**
 * Slots in which the wanted revision fails now (see {@link failureOf}). A revision that has been available in the slot fails no more:
 * then it is a crash.
 */
export function failures(observation: Observation, slots: readonly Slot[]): readonly Failure[] {
  const { revision } = observation.pool;
  const found: Failure[] = [];
  for (const slot of slots) {
    const { deployment } = slot;
    if (deployment === undefined || deployment.deleting || deployment.replicas === 0) continue;
    if (deployment.available || deployment.revision !== revision) continue;
    const good = deployment.lastGood;
    const pod = slot.pods.findLast((own) => !own.terminating && own.revision === revision);
    if (pod === undefined || pod.nodeLost || good?.revision === revision) continue;
    if (good === undefined && hasServed(slot.name, pod, observation.pool)) continue;

    const failure = failureOf(pod, observation, drainsForAnother(pod, observation));
    if (failure !== undefined) found.push({ slot, ...failure, good });
  }
  return found;
}

/**
 * The slot in which the wanted revision failed. It went back to another one, or has nothing to go back to. While there is one, nobody
 * tries this revision again.
 */
export function slotWithFailedRevision({ pool, slots }: Pick<Observation, 'pool' | 'slots'>): ObservedSlot | undefined {
  return slots.find(({ deployment }) => {
    const hasHealed = deployment?.revision === pool.revision && deployment.available;
    return deployment?.failedRevision === pool.revision && !hasHealed;
  });
}

/** Slots that go back to what they ran before. Allowed whatever else waits, because the pod that failed was never available. */
export function rollBacks(
  { pool }: Observation,
  failed: readonly Failure[],
  active: readonly ActiveSlot[],
): readonly Wish[] {
  return active.flatMap((slot): Wish[] => {
    const failure = failed.find((found) => found.slot.name === slot.name);
    if (failure?.good === undefined) return [];
    return [
      {
        slot,
        cause: 'RevisionFailed',
        fate: `put back to revision ${failure.good.revision}`,
        why: `revision ${pool.revision} failed, ${failure.why}`,
        deadlineSeconds: deadlineOf(pool.spec),
        drains: true,
        proviso: { othersLeft: { slots: 0, ready: false }, notReady: true },
      },
    ];
  });
}

/**
 * Note: one that drains because it is to go back was late before that. The order says what it is for; nothing else remembers, and a
 * failure that were forgotten as soon as its drain is ordered would be found again as soon as that is taken back.
 */
function drainsForAnother({ uid }: ObservedPod, { drains }: Observation): boolean {
  const order = orderOf(uid, drains);
  return order !== undefined && order.cause !== 'RevisionFailed';
}
