import type { SlotState, SlotStatus } from '../../api/status.ts';
import { stopHint } from './conditions/verdict.ts';
import { isOutdated } from './counts.ts';
import type { Observation, ObservedPod } from './observation.ts';
import type { Picture } from './picture.ts';
import { unwantedSlots } from './replicas.ts';
import type { Slot } from './slots.ts';
import { hasStarted, mainPod } from './slots.ts';

interface State {
  readonly state: SlotState;
  readonly reason: string;
}

/** One line per slot: what it does and why. `since` moves only with the state, so that equal input gives an equal status. */
export function slotStatuses({ observation, seating }: Picture, now: Date): SlotStatus[] {
  const { pool } = observation;
  const unwanted = unwantedSlots(seating.slots, seating.desired.instances);
  return seating.slots.map((slot) => {
    const before = pool.status?.slots?.find(({ name }) => name === slot.name);
    const pod = mainPod(slot);
    const { state, reason } = stateOf(slot, observation, before);
    const notes = [
      ...(unwanted.has(slot.name)
        ? [
            `not needed any more, ${seating.desired.instances} are wanted; it goes on until someone stops it: ${stopHint(pool.namespace, slot.name)}`,
          ]
        : []),
      ...(isOutdated(slot, pool.revision) ? ['runs an older image, template or configuration'] : []),
    ];
    const since = before?.state === state && before.since !== undefined ? before.since : now.toISOString();
    const revision = pod?.revision ?? slot.deployment?.revision ?? '';
    return {
      name: slot.name,
      state,
      reason: [reason, ...notes].join('; ').slice(0, 1024),
      ...(pod === undefined ? {} : { pod: pod.name }),
      ...(pod?.node === undefined ? {} : { node: pod.node }),
      ...(revision === '' ? {} : { revision }),
      since,
    };
  });
}

/** Why slots do not serve, for the condition: `prod-1: Starting, ImagePullBackOff: …`. */
export function troubles({ observation, seating }: Picture): string[] {
  return seating.slots
    .map((slot) => ({ name: slot.name, ...stateOf(slot, observation, undefined) }))
    .filter(({ state }) => state !== 'Ready')
    .map(({ name, state, reason }) => `${name}: ${state}, ${reason}`);
}

function stateOf(slot: Slot, observation: Observation, before: SlotStatus | undefined): State {
  const pod = mainPod(slot);
  if (pod === undefined) return withoutPod(slot);
  if (pod.nodeLost) return { state: 'Lost', reason: `node ${pod.node ?? 'unknown'} does not answer` };
  if (pod.terminating)
    return { state: 'Stopping', reason: `pod ${pod.name} ends as soon as its sessions or its grace period are over` };
  if (!hasStarted(pod)) return waiting(slot, pod, observation);
  if (pod.ready) return { state: 'Ready', reason: 'serves' };

  const served = before?.pod === pod.name && (before.state === 'Ready' || before.state === 'NotReady');
  const why = pod.waiting === undefined ? 'its readiness probe fails' : `${pod.waiting.reason}: ${pod.waiting.message}`;
  const restarts = pod.restarts === 0 ? '' : ` (${pod.restarts} restarts)`;
  return { state: served ? 'NotReady' : 'Starting', reason: `gateway was started${restarts}, ${why}` };
}

function withoutPod({ name, seated, deployment }: Slot): State {
  if (!seated) return { state: 'Vacant', reason: `Deployment ${name} has no seat and is deleted` };
  if (deployment === undefined)
    return { state: 'Vacant', reason: `holds a seat; its Deployment is created as soon as it may start` };
  if (deployment.replicas === 0) return { state: 'Vacant', reason: `Deployment ${name} was scaled to 0 by hand` };
  return { state: 'Starting', reason: 'its pod is being created' };
}

function waiting(slot: Slot, pod: ObservedPod, { gate }: Observation): State {
  const held = pod.answer?.held;
  if (held !== undefined && held !== null) return { state: 'Held', reason: held.message };

  const other = slot.pods.find((peer) => peer.uid !== pod.uid && hasStarted(peer));
  if (other !== undefined)
    return { state: 'Held', reason: `waits until pod ${other.name} has ended: one gateway per slot` };
  if (pod.waiting !== undefined) return { state: 'Starting', reason: `${pod.waiting.reason}: ${pod.waiting.message}` };
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
