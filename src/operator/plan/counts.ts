import { wantedLimits } from './cap.ts';
import type { ObservedPool } from './observation.ts';
import type { Seating } from './seating.ts';
import type { Slot } from './slots.ts';
import { isEmpty, mainPod } from './slots.ts';

/** The numbers of the status. */
export interface Counts {
  readonly desired: number;
  /** In-cluster instances, starting and stopping ones included. */
  readonly instances: number;
  readonly ready: number;
  readonly updated: number;
  readonly occupiedSeats: number;
  /** Seats taken above what the spec allows, whether or not it is in force yet. */
  readonly surplus: number;
  /** Names of the slots that run something else than an instance that starts now would. */
  readonly outdated: readonly string[];
}

/** @param draining slots whose instances were ordered to take no new sessions */
export function countsOf(pool: ObservedPool, { slots, desired }: Seating, draining: readonly Slot[]): Counts {
  const { maxInstances, externalInstances } = wantedLimits(pool.spec);
  const occupiedSeats = slots.length + externalInstances;
  const existing = slots.filter((slot) => !isEmpty(slot));
  return {
    desired: desired.instances,
    instances: existing.length,
    ready: slots.filter((slot) => takesNewWork(slot, draining, pool)).length,
    updated: existing.filter((slot) => !isOutdated(slot, pool.revision)).length,
    occupiedSeats,
    surplus: Math.max(0, occupiedSeats - maxInstances),
    outdated: existing.filter((slot) => isOutdated(slot, pool.revision)).map(({ name }) => name),
  };
}

/**
 * Whether new sessions come to it. Note: what was ordered to drain tells Kubernetes some seconds later that it is not ready; by then the
 * order was said already. An outbound-only instance cannot keep them away, and stays ready.
 */
export function takesNewWork(slot: Slot, draining: readonly Slot[], { spec }: Pick<ObservedPool, 'spec'>): boolean {
  return isReady(slot) && !(spec.listeners.length > 0 && draining.includes(slot));
}

/** Ready, as Kubernetes says. */
export function isReady({ pods }: Slot): boolean {
  return pods.some((pod) => pod.ready && !pod.terminating && !pod.nodeLost);
}

/** Whether its pod, or else the next one that its Deployment would make, is not what an instance that starts now would be. */
export function isOutdated(slot: Slot, revision: string): boolean {
  const pod = mainPod(slot);
  const runs = pod === undefined ? slot.deployment?.revision : pod.revision;
  return (runs !== undefined && runs !== revision) || slot.deployment?.templateDrift === true;
}

/** `2 of 3 ready`, or with surplus instances `3 ready, 2 wanted`. */
export function describeReady({ ready, desired }: Counts): string {
  return ready > desired ? `${ready} ready, ${desired} wanted` : `${ready} of ${desired} ready`;
}
