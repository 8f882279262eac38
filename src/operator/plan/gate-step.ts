import type { RebuildGate, SeatAction, WriteGate } from './actions.ts';
import { fits, sameLimits } from './cap.ts';
import type { Gate, Limits } from './gate.ts';
import type { Observation } from './observation.ts';
import type { Seating } from './seating.ts';
import { startableSlots } from './starts.ts';
import type { Slot } from './slots.ts';
import { hasStarted } from './slots.ts';
import { slotsToTakeBack } from './take-back.ts';

/**
 * The one thing to do with the gate now; undefined: it is as it should be. One step at a time, because each changes the
 * resourceVersion that the next one compares with.
 */
export function gateStep(observation: Observation, seating: Seating): SeatAction | undefined {
  const { gate: observed, pool, conflicts } = observation;
  if (conflicts.some(({ kind, name }) => kind === 'ConfigMap' && name === `${pool.name}-seats`)) return undefined;
  if (observed?.readable !== true || observed.gate.rebuilding) return rebuild(observation, seating, undefined);

  const forgotten = forgottenSlot(seating);
  if (forgotten !== undefined) return rebuild(observation, seating, forgotten);

  const { gate, resourceVersion: expectResourceVersion } = observed;
  const next = (slots: readonly string[], mode?: Gate['mode']): Gate =>
    nextGate(observation, gate, seating.limits, slots, mode);

  const takeBack = slotsToTakeBack(gate, seating);
  if (takeBack.some(({ seated }) => seated) && gate.mode === 'SelfHeal') {
    const names = takeBack.filter(({ seated }) => seated).map(({ name }) => name);
    const reason = `nothing may start while the seats of ${names.join(', ')} are taken back`;
    return { action: 'WriteGate', gate: next(gate.slots, 'Hold'), expectResourceVersion, reason };
  }
  if (takeBack.length > 0) {
    const gone = new Set(takeBack.map(({ name }) => name));
    const slots = gate.slots.filter((name) => !gone.has(name));
    return { action: 'TakeBackSeats', slots: takeBack, gate: next(slots), expectResourceVersion };
  }

  const starts = startableSlots(observation, seating);
  if (starts.length > 0) {
    const slots = [...new Set([...gate.slots, ...starts.map(({ name }) => name)])].sort();
    return { action: 'StartSlots', slots: starts, gate: next(slots), expectResourceVersion };
  }
  return correction(gate, next(gate.slots), expectResourceVersion);
}

/** A gate that does not list a slot in which a gateway runs is an older one that somebody put back, a backup for instance. */
function forgottenSlot({ slots }: Seating): Slot | undefined {
  return slots.find(
    ({ seated, deployment, pods }) =>
      !seated && deployment?.deleting === false && pods.some((pod) => hasStarted(pod) && !pod.terminating),
  );
}

function rebuild(observation: Observation, seating: Seating, forgotten: Slot | undefined): RebuildGate {
  const { gate } = observation;
  const found =
    gate === undefined
      ? undefined
      : { uid: gate.uid, resourceVersion: gate.resourceVersion, rebuilding: gate.readable && gate.gate.rebuilding };
  // Note: only in an empty pool. Who is seated in any other is known after the rebuild.
  const slots = seating.slots.length === 0 ? startableSlots(observation, seating) : [];
  return { action: 'RebuildGate', found, slots, reason: rebuildReason(gate, forgotten) };
}

function rebuildReason(gate: Observation['gate'], forgotten: Slot | undefined): string {
  if (gate === undefined) return 'the pool has no start gate';
  if (!gate.readable) return `the start gate cannot be used: ${gate.problem}`;
  if (forgotten !== undefined) return `the start gate is out of date: a gateway runs in slot ${forgotten.name}`;
  return 'the start gate was half rebuilt';
}

/** Note: `seated` is kept while in Hold. Naming a pod that started later would change nothing: it has its marker, it never asks again. */
function nextGate(
  { slots: observed, pool }: Observation,
  gate: Gate,
  limits: Limits,
  slots: readonly string[],
  wantedMode: Gate['mode'] | undefined,
): Gate {
  const mode = wantedMode ?? (fits({ ...limits, slots: [...slots] }) ? 'SelfHeal' : 'Hold');
  const started = observed.flatMap(({ pods }) => pods.filter((pod) => hasStarted(pod) && !pod.ended));
  const seated = gate.mode === 'Hold' ? gate.seated : started.map(({ uid }) => uid);
  return {
    ...limits,
    generation: gate.generation + 1,
    mode,
    slots: [...slots],
    seated: mode === 'Hold' ? seated : [],
    poolGeneration: pool.generation,
    rebuilding: false,
  };
}

function correction(gate: Gate, next: Gate, expectResourceVersion: string): WriteGate | undefined {
  const write = (reason: string): WriteGate => ({ action: 'WriteGate', gate: next, expectResourceVersion, reason });
  const { maxInstances } = next;
  if (next.mode === 'Hold' && gate.mode === 'SelfHeal') {
    const taken = next.slots.length + next.externalInstances;
    return write(`${taken} seats are taken and the maximum is ${maxInstances}: nothing is stopped, nothing may start`);
  }
  if (next.mode === 'SelfHeal' && gate.mode === 'Hold')
    return write(`the pool is within its maximum of ${maxInstances} again`);
  if (!sameLimits(gate, next))
    return write(`the maximum is ${maxInstances}, external instances take ${next.externalInstances}`);
  if (gate.poolGeneration !== next.poolGeneration)
    return write(`generation ${next.poolGeneration} of the pool was seen`);
  return undefined;
}
