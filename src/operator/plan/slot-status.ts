import type { SlotState, SlotStatus } from '../../api/status.ts';
import { isOutdated } from './counts.ts';
import { hasServed } from './has-served.ts';
import type { ObservedPod } from './observation.ts';
import type { Picture } from './picture.ts';
import { drainingSlots } from './progress.ts';
import { intention } from './retirement.ts';
import { describeRetirement } from './retirement-status.ts';
import type { Slot } from './slots.ts';
import { hasStarted, isStopped, mainPod } from './slots.ts';
import { describeUnready, describeWaiting } from './start-trouble.ts';
import { whenItEnds } from './ending.ts';

interface State {
  readonly state: SlotState;
  readonly reason: string;
}

/** One line per slot: what it does and why. `since` moves only with the state, so that equal input gives an equal status. */
export function slotStatuses(picture: Picture, now: Date): SlotStatus[] {
  return picture.seating.slots.map((slot) => {
    const before = picture.observation.pool.status?.slots?.find(({ name }) => name === slot.name);
    const pod = mainPod(slot);
    const { state, reason } = stateOf(slot, picture);
    const since = before?.state === state && before.since !== undefined ? before.since : now.toISOString();
    const revision = pod?.revision ?? slot.deployment?.revision ?? '';
    return {
      name: slot.name,
      state,
      reason: [reason, ...notesOf(slot, state, picture)].join('; ').slice(0, 1024),
      ...(pod === undefined ? {} : { pod: pod.name }),
      ...(pod?.node === undefined ? {} : { node: pod.node }),
      ...(revision === '' ? {} : { revision }),
      since,
    };
  });
}

/** Why slots do not serve, for the condition: `prod-1: Starting, ImagePullBackOff: …`. */
export function troubles(picture: Picture): string[] {
  return picture.seating.slots
    .map((slot) => ({ name: slot.name, ...stateOf(slot, picture) }))
    .filter(({ state }) => state !== 'Ready')
    .map(({ name, state, reason }) => `${name}: ${state}, ${reason}`);
}

/** What keeps the pod of a slot from being ready, in Kubernetes' words and with what to do; undefined: nothing that is out of the ordinary. */
export function troubleOf(slot: Slot, picture: Picture): string | undefined {
  const pod = mainPod(slot);
  const isTrouble = pod !== undefined && !pod.ready && (pod.waiting !== undefined || pod.lastEnd !== undefined);
  return isTrouble ? stateOf(slot, picture).reason : undefined;
}

function stateOf(slot: Slot, picture: Picture): State {
  const pod = mainPod(slot);
  if (pod === undefined) return withoutPod(slot, picture);
  const { pool } = picture.observation;
  const serves = pod.ready || hasServed(slot.name, pod, pool);
  if (pod.nodeLost) {
    const state = serves || pod.terminating ? 'Lost' : 'Starting';
    return { state, reason: `node ${pod.node ?? 'unknown'} does not answer` };
  }
  if (pod.terminating) return { state: 'Stopping', reason: `pod ${pod.name} ends ${whenItEnds(pod)}` };
  if (!hasStarted(pod)) return waiting(slot, pod, picture);

  const draining = serves ? drainingState(slot, picture) : undefined;
  if (draining !== undefined) return draining;
  if (pod.ready) return { state: 'Ready', reason: 'serves' };
  return { state: serves ? 'NotReady' : 'Starting', reason: describeUnready(pod, pool) };
}

function drainingState(slot: Slot, picture: Picture): State | undefined {
  if (!drainingSlots(picture).includes(slot)) return undefined;

  const { retiring, observation } = picture;
  const retirement = retiring.retirements.find((found) => found.slot.name === slot.name);
  if (retirement === undefined) return { state: 'Draining', reason: 'takes no new sessions; it was told so before' };
  return { state: 'Draining', reason: describeRetirement(retirement, observation.pool.spec, true) };
}

function notesOf(slot: Slot, state: SlotState, { retiring, observation }: Picture): string[] {
  if (state === 'Draining') return [];
  const { paused } = observation.pool.spec;
  const asked = paused && slot.deployment?.stopRequested === true && !isStopped(slot);
  if (asked) return ['asked to stop; nothing is stopped while spec.paused is true'];

  const retirement = retiring.retirements.find((found) => found.slot.name === slot.name);
  if (retirement === undefined) {
    return isOutdated(slot, observation.pool.revision) ? ['runs an older image, template or configuration'] : [];
  }
  return retirement.refusal === undefined || state !== 'Ready'
    ? [intention(retirement)]
    : [describeRetirement(retirement, observation.pool.spec, false)];
}

function withoutPod(slot: Slot, { seating, observation }: Picture): State {
  const { name, seated, deployment } = slot;
  const { paused } = observation.pool.spec;
  const when = paused ? 'when spec.paused is false' : undefined;
  if (!seated) return vacant(`Deployment ${name} has no seat and is deleted`, when);
  if (deployment === undefined) {
    return seating.toLeave.includes(slot)
      ? vacant(
          `was stopped, and is not wanted: ${seating.target} ${seating.target === 1 ? 'is' : 'are'}; its seat is taken back`,
          when,
        )
      : vacant('holds a seat; its Deployment is created', when ?? 'as soon as it may start');
  }
  if (deployment.replicas === 0) return vacant(`Deployment ${name} was scaled to 0 by hand`);
  return { state: 'Starting', reason: 'its pod is being created' };
}

function vacant(reason: string, when?: string): State {
  return { state: 'Vacant', reason: when === undefined ? reason : `${reason} ${when}` };
}

function waiting(slot: Slot, pod: ObservedPod, { observation }: Picture): State {
  const { gate, pool } = observation;
  const other = slot.pods.find((peer) => peer.uid !== pod.uid && hasStarted(peer));
  if (other !== undefined) {
    const when = other.terminating ? `, ${whenItEnds(other)}` : '';
    return { state: 'Held', reason: `waits until pod ${other.name} has ended${when}: one gateway per slot` };
  }
  const held = pod.answer?.held;
  if (held !== undefined && held !== null) return { state: 'Held', reason: held.message };

  if (pod.waiting !== undefined) {
    return { state: 'Starting', reason: describeWaiting(pod.waiting, pool.namespace, pod.name) };
  }
  if (pod.node === undefined) return { state: 'Starting', reason: 'waits for a node' };
  if (!slot.seated) return { state: 'Held', reason: 'its slot has no seat' };
  if (gate?.readable === true && gate.gate.mode === 'Hold') {
    return {
      state: 'Held',
      reason: `nothing may start: more seats are taken than the maximum of ${gate.gate.maxInstances} allows`,
    };
  }
  return { state: 'Starting', reason: 'its containers are starting' };
}
