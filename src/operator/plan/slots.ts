import type { ObservedDeployment, ObservedPod, Observation } from './observation.ts';

/** A slot that takes a seat under the cap: it is listed in the gate, or has a Deployment or a pod. */
export interface Slot {
  readonly number: number;
  readonly name: string;
  /** Whether the gate lists it. A slot that it does not list cannot start a gateway, and never could. */
  readonly seated: boolean;
  readonly deployment: ObservedDeployment | undefined;
  /** Pods that have not ended, terminating ones too, oldest first. */
  readonly pods: readonly ObservedPod[];
}

/**
 * Everything that takes a seat, ascending. A terminating pod still takes one: its gateway works until it is gone. So does a seat
 * that was given to a slot which was never created, because the operator died in between: somebody else may be creating it now.
 */
export function slotsOf(observation: Observation): readonly Slot[] {
  const { pool } = observation;
  const seated = new Set(observation.gate?.readable === true ? observation.gate.gate.slots : []);
  const slots = new Map<number, Slot>();
  for (const { number, name, deployment, pods } of observation.slots) {
    const live = pods.filter((pod) => !pod.ended);
    if (deployment === undefined && live.length === 0 && !seated.has(name)) continue;

    slots.set(number, { number, name, seated: seated.has(name), deployment, pods: live });
  }
  for (const name of seated) {
    const number = slotNumber(pool.name, name);
    if (number !== undefined && !slots.has(number)) {
      slots.set(number, { number, name, seated: true, deployment: undefined, pods: [] });
    }
  }
  return [...slots.values()].sort((left, right) => left.number - right.number);
}

/** The number in a slot's name; undefined when it is no slot of this pool. */
export function slotNumber(pool: string, name: string): number | undefined {
  const number = name.startsWith(`${pool}-`) ? name.slice(pool.length + 1) : '';
  return /^(?:0|[1-9]\d?)$/u.test(number) ? Number(number) : undefined;
}

/** Whether the pod's gateway was let through. Seen some time later than it happens. */
export function hasStarted(pod: Pick<ObservedPod, 'balancerStarted' | 'gatewayEverStarted'>): boolean {
  return pod.balancerStarted || pod.gatewayEverStarted;
}

/** Somebody stopped this slot: its Deployment is deleted or scaled to 0. Its pods may still be ending. */
export function isStopped({ deployment }: Slot): boolean {
  return deployment === undefined || deployment.deleting || deployment.replicas === 0;
}

/** Nothing of the slot runs, and nothing of it is ending any more. */
export function isEmpty({ deployment, pods }: Slot): boolean {
  return pods.length === 0 && (deployment === undefined || (deployment.replicas === 0 && !deployment.deleting));
}

/** The pod that a person would look at: the one that stays, else the last one that goes. */
export function mainPod({ pods }: Pick<Slot, 'pods'>): ObservedPod | undefined {
  return (
    pods.find((pod) => !pod.terminating && hasStarted(pod)) ?? pods.findLast((pod) => !pod.terminating) ?? pods.at(-1)
  );
}
