import { requests } from '../../api/identity.ts';
import type { OrderDrains } from './actions.ts';
import { firstGeneration } from './gate.ts';
import { isStaying } from './may-stop.ts';
import type { Observation, ObservedDrains, ObservedSlot, OrderedDrain } from './observation.ts';
import { orderOf } from './order-of.ts';
import type { Retirement } from './retirement.ts';
import { intention } from './retirement.ts';
import type { Retiring } from './retirements.ts';

/**
 * What `drains.yaml` is to say, when it says something else: the whole list, so that a drain which nobody wants any more is taken back
 * by the same write that orders another one (guarantee G4).
 */
export function drainsToOrder(observation: Observation, retiring: Retiring): OrderDrains | undefined {
  const { drains, pool } = observation;
  if (drains === undefined) return undefined;

  const generation = nextGeneration(drains);
  const wanted = retiring.retirements.flatMap((retirement) => drainsOf(retirement, drains, generation));
  const doomed = drains.draining.filter(
    (drain) => isDoomed(drain, observation) && !wanted.some(({ podUid }) => podUid === drain.podUid),
  );
  const draining = [...wanted, ...doomed].sort(bySlotAndPod);
  const isDoubtful = isNewer(observation);
  if (!isDoubtful && isSame(draining, [...drains.draining].sort(bySlotAndPod))) return undefined;

  const ordered = draining.filter(({ since }) => since === generation);
  const dropped = drains.draining.filter(({ podUid }) => !draining.some((drain) => drain.podUid === podUid));
  const living = dropped.filter((drain) => slotOf(drain, observation) !== undefined);
  const longer = draining.filter((drain) => isLonger(drain, drains));
  const takenBack = living.map((drain) => ({ slot: drain.slot, reason: whyTakenBack(drain, observation, retiring) }));
  return {
    action: 'OrderDrains',
    drains: { generation, poolGeneration: pool.generation, draining },
    expectResourceVersion: drains.resourceVersion,
    ifNoNewerPool: isDoubtful,
    ordered,
    takenBack,
    fences: fencesOf(new Set([...living, ...longer].map((drain) => slotOf(drain, observation)))),
    gone: dropped.filter((drain) => !living.includes(drain)).map(({ podUid }) => podUid),
    reason: reasonOf(ordered, takenBack),
  };
}

/**
 * What a paused pool still gets: what drains for the operator's sake takes new sessions again. Otherwise its deadline would run out in
 * the pause, and its sessions be cut the moment that ends. Nothing is ordered, and what is on its way out already stays listed.
 */
export function drainsToTakeBack(observation: Observation, retiring: Retiring): OrderDrains | undefined {
  const order = drainsToOrder(observation, { ...retiring, retirements: [] });
  if (order === undefined || order.takenBack.length === 0) return undefined;
  const reason = 'the pool is paused';
  const takenBack = order.takenBack.map(({ slot }) => ({ slot, reason }));
  return { ...order, takenBack, reason: reasonOf([], takenBack) };
}

/** An operator that knows more of the pool than we do has written the list, or somebody who is none: only a live look tells. */
export function isNewer({ drains, pool }: Observation): boolean {
  return drains !== undefined && drains.poolGeneration > pool.generation;
}

function nextGeneration({ generation, resourceVersion }: ObservedDrains): number {
  return generation === 0 ? firstGeneration(resourceVersion) : generation + 1;
}

/** One that can go at once, without anybody having to know of it, needs no order; an order stays until its pod is gone. */
function drainsOf(retirement: Retirement, known: ObservedDrains, generation: number): OrderedDrain[] {
  const { slot, cause, drains, deadlineSeconds, refusal } = retirement;
  if (!drains) return [];

  const own = slot.pods.filter(isStaying);
  return own.flatMap(({ uid }) => {
    const before = orderOf(uid, known);
    if (refusal === undefined && before === undefined) return [];
    const since = before?.since ?? generation;
    return [{ slot: slot.name, podUid: uid, deadlineSeconds, since, cause, reason: intention(retirement) }];
  });
}

/**
 * Whether its pod still exists, and Kubernetes is about to end it, or does so: then nobody may send it anything new, although no plan
 * is about it any more.
 */
function isDoomed({ podUid }: OrderedDrain, { slots }: Observation): boolean {
  return slots.some(({ deployment, pods }) =>
    pods.some(
      ({ uid, ended, terminating, revision }) =>
        uid === podUid && !ended && (terminating || !isKept(revision, deployment)),
    ),
  );
}

/** Note: not by the revision alone. A template that somebody edited keeps it when it is put right, and so does `kubectl rollout restart`. */
function isKept(revision: string, deployment: ObservedSlot['deployment']): boolean {
  return (
    deployment?.deleting === false && deployment.replicas > 0 && deployment.revision === revision && deployment.updated
  );
}

/** The slot of a pod that still exists. */
function slotOf({ podUid }: OrderedDrain, { slots }: Observation): ObservedSlot | undefined {
  return slots.find(({ pods }) => pods.some(({ uid, ended }) => uid === podUid && !ended));
}

/** A deadline that was moved or removed takes back the right to cut sessions off. */
function isLonger({ podUid, deadlineSeconds }: OrderedDrain, known: ObservedDrains): boolean {
  const before = orderOf(podUid, known)?.deadlineSeconds ?? null;
  return before !== null && (deadlineSeconds === null || deadlineSeconds > before);
}

/** Once per Deployment: the first touch gives it another version. */
function fencesOf(slots: ReadonlySet<ObservedSlot | undefined>): OrderDrains['fences'] {
  return [...slots].flatMap((slot) => {
    if (slot?.deployment === undefined) return [];
    const { uid, resourceVersion } = slot.deployment;
    return [{ slot: slot.name, uid, resourceVersion }];
  });
}

/** What the instance drained for, and why that is no more. What stands against a rollout says nothing of a drain for something else. */
function whyTakenBack({ slot, cause }: OrderedDrain, { pool, slots }: Observation, retiring: Retiring): string {
  const deployment = slots.find(({ name }) => name === slot)?.deployment;
  switch (cause) {
    case 'StopRequested':
      return `its annotation ${requests.stop} is gone`;
    case 'NotWanted':
      return whyWanted(pool.spec.replicas, retiring);
    case 'RevisionFailed':
      return deployment?.revision === pool.revision
        ? `revision ${pool.revision} is not called failed any more`
        : 'another revision than the one that failed is wanted now';
    case 'Outdated':
    case null:
      break;
  }
  return deployment?.revision === pool.revision && !deployment.templateDrift
    ? 'it runs what the spec asks for'
    : whyNotReplaced(slot, retiring);
}

function whyWanted(replicas: number | undefined, { retirements }: Retiring): string {
  const others = retirements.filter(({ cause }) => cause === 'NotWanted' || cause === 'StopRequested');
  if (others.length > 0) return `${others.map((other) => other.slot.name).join(', ')} ends instead`;
  return replicas === undefined
    ? 'it is wanted again, because replicas is not set'
    : `it is wanted again, because replicas is ${replicas}`;
}

function whyNotReplaced(slot: string, { retirements, rollout }: Retiring): string {
  const { first, blocked } = rollout;
  if (first !== undefined && first !== slot) return `${first} goes first`;
  if (blocked !== undefined) return blocked.message;
  return retirements.some((retirement) => retirement.slot.name === slot) ? 'no other instance serves' : 'it is to stay';
}

function reasonOf(ordered: OrderDrains['ordered'], takenBack: OrderDrains['takenBack']): string {
  const sentences = [
    ...ordered.map(({ slot, reason }) => `${slot} is to drain and is ${reason}`),
    ...takenBack.map(({ slot, reason }) => `${slot} takes new sessions again: ${reason}`),
  ];
  return sentences.length === 0 ? 'the list of drains is brought up to date' : sentences.join('; ');
}

function bySlotAndPod(left: OrderedDrain, right: OrderedDrain): number {
  return compare(left.slot, right.slot) || compare(left.podUid, right.podUid);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isSame(left: readonly OrderedDrain[], right: readonly OrderedDrain[]): boolean {
  return left.length === right.length && left.every((drain, index) => isSameDrain(drain, right[index]));
}

function isSameDrain(left: OrderedDrain, right: OrderedDrain | undefined): boolean {
  return (
    left.podUid === right?.podUid &&
    left.slot === right.slot &&
    left.deadlineSeconds === right.deadlineSeconds &&
    left.since === right.since &&
    left.cause === right.cause &&
    left.reason === right.reason
  );
}
