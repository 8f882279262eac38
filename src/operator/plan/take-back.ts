import type { VacatedSlot } from './actions.ts';
import type { Gate } from './gate.ts';
import { heldSurplus } from './held.ts';
import type { Seating } from './seating.ts';
import type { Slot } from './slots.ts';
import { isEmpty } from './slots.ts';

/** Slots whose seats can be taken back without stopping anybody, each with its reason. */
export function slotsToTakeBack(gate: Gate, seating: Seating): readonly VacatedSlot[] {
  const { slots, limits, target, toLeave } = seating;
  const left = toLeave
    .filter(isEmpty)
    .map((slot) =>
      vacated(slot, `slot ${slot.name} was stopped, and ${target} of ${limits.maxInstances} are wanted here`),
    );
  const held = heldSurplus(gate, seating).map((slot) =>
    vacated(
      slot,
      `slot ${slot.name} is above the maximum of ${limits.maxInstances}, and its pod never started a gateway`,
    ),
  );
  const seatless = slots
    .filter((slot) => !slot.seated && slot.deployment !== undefined && !slot.deployment.deleting)
    .map((slot) => vacated(slot, `slot ${slot.name} has no seat: its Deployment came too late, no gateway ran in it`));
  return [...left, ...held, ...seatless];
}

function vacated({ name, seated, deployment, pods }: Slot, reason: string): VacatedSlot {
  const { uid, resourceVersion } = deployment ?? {};
  return {
    name,
    seated,
    deployment: uid === undefined || resourceVersion === undefined ? undefined : { uid, resourceVersion },
    // Note: not those without a node. Nobody asked them, and by now they may have one: the live list tells.
    heldPodUids: pods.filter((pod) => pod.node !== undefined).map((pod) => pod.uid),
    reason,
  };
}
