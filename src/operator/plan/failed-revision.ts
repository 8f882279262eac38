import type { GoodRevision, Observation, ObservedPod, ObservedSlot } from './observation.ts';
import type { ActiveSlot, Wish } from './retirement.ts';
import { deadlineOf } from './rollout-deadline.ts';
import type { Slot } from './slots.ts';

/** A gateway that ended this often has failed (guarantee G5). */
const failedAfterRestarts = 3;

/** The wanted revision did not become available in this slot. */
export interface Failure {
  readonly slot: Slot;
  /** The pod's own reason, as Kubernetes tells it. */
  readonly why: string;
  /** What the slot goes back to; undefined: it never ran anything else, so it stays as it is. */
  readonly good: GoodRevision | undefined;
}

/**
 * Slots in which the wanted revision fails now: its gateway ended three times, or it was not Ready within the progress deadline; the
 * wait for the seat does not count. A revision that has been available in the slot fails no more: then it is a crash.
 */
export function failures({ pool }: Observation, slots: readonly Slot[]): readonly Failure[] {
  const found: Failure[] = [];
  for (const slot of slots) {
    const { deployment } = slot;
    if (deployment === undefined || deployment.deleting || deployment.replicas === 0) continue;
    if (deployment.available || deployment.revision !== pool.revision) continue;
    const { lastGood } = deployment;
    const pod = slot.pods.findLast(({ terminating, revision }) => !terminating && revision === pool.revision);
    if (pod === undefined || pod.nodeLost || lastGood?.revision === pool.revision) continue;
    if (lastGood === undefined && hasServed(slot.name, pod, pool)) continue;

    const why = failureOf(pod, pool.spec.rollout.progressDeadlineSeconds);
    if (why !== undefined) found.push({ slot, why, good: lastGood });
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
  const wishes: Wish[] = [];
  for (const {
    slot: { name },
    why,
    good,
  } of failed) {
    const slot = active.find((candidate) => candidate.name === name);
    if (slot === undefined || good === undefined) continue;
    const fate = `put back to revision ${good.revision}`;
    wishes.push({
      slot,
      cause: 'RevisionFailed',
      fate,
      why: `revision ${pool.revision} failed: ${why}`,
      deadlineSeconds: deadlineOf(pool.spec),
      drains: true,
      proviso: { othersLeft: { slots: 0, ready: false }, notReady: true },
    });
  }
  return wishes;
}

/** Slots whose pod, of whatever revision, has failed to become ready: nothing is to be expected of it but by a change. */
export function stuckSlots({ pool }: Observation, slots: readonly Slot[]): readonly Slot[] {
  return slots.filter((slot) => {
    const pod = unavailablePod(slot);
    if (pod === undefined || pod.ready) return false;
    const deadline = hasServed(slot.name, pod, pool) ? Infinity : pool.spec.rollout.progressDeadlineSeconds;
    return failureOf(pod, deadline) !== undefined;
  });
}

/** When the next of these slots fails by being late, in milliseconds from now; undefined: none can. */
export function failsIn({ pool }: Observation, slots: readonly Slot[]): number | undefined {
  const deadline = pool.spec.rollout.progressDeadlineSeconds * 1000;
  const waits: number[] = [];
  for (const slot of slots) {
    const pod = unavailablePod(slot);
    if (pod?.progressMilliseconds === undefined || hasServed(slot.name, pod, pool)) continue;
    if (pod.progressMilliseconds < deadline) waits.push(deadline - pod.progressMilliseconds);
  }
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** The pod that is to become available, in a slot in which none is. */
function unavailablePod({ deployment, pods }: Slot): ObservedPod | undefined {
  return deployment?.available === false ? pods.findLast(({ terminating }) => !terminating) : undefined;
}

function failureOf(
  { waiting, restarts, progressMilliseconds }: ObservedPod,
  deadlineSeconds: number,
): string | undefined {
  const said = waiting === undefined ? '' : `, ${waiting.reason}: ${waiting.message}`;
  if (restarts >= failedAfterRestarts) return `its gateway ended again and again${said}`;

  const isLate = progressMilliseconds !== undefined && progressMilliseconds >= deadlineSeconds * 1000;
  return isLate ? `it was not ready within ${deadlineSeconds} s${said}` : undefined;
}

/** As the last status says: the one memory there is of a pod that was ready once. */
function hasServed(slot: string, pod: ObservedPod, { status }: Observation['pool']): boolean {
  const before = status?.slots?.find(({ name }) => name === slot);
  return (
    before?.pod === pod.name && before.state !== 'Starting' && before.state !== 'Held' && before.state !== 'Vacant'
  );
}
