import type { PoolView } from '../endpoints/pool-view.ts';
import type { GateVerdict } from './gate.ts';
import type { Held, HeldReason, OwnPod } from './held.ts';
import type { Occupant } from './occupants.ts';

export type SlotVerdict =
  | { readonly free: true }
  | {
      readonly free: false;
      readonly reason: HeldReason;
      readonly message: string;
      readonly waitsFor: readonly string[];
    };

/**
 * Whether the slot is free for this pod (guarantee G1: at most one gateway process per slot).
 *
 * Note: nothing is decided before the own pod is in the view. Whoever sees itself also sees every pod that came before it, however
 * old the view is; so of two pods at least one sees the other.
 */
export function slotVerdict(view: PoolView | undefined, own: OwnPod, waitedFor: readonly Occupant[]): SlotVerdict {
  const occupied = (reason: HeldReason, message: string): SlotVerdict => {
    return { free: false, reason, message, waitsFor: waitedFor.map(({ podUid }) => podUid) };
  };

  if (view === undefined) return occupied('ApiUnavailable', 'the EndpointSlices of the pool have not been read yet');

  const self = view.find((endpoint) => endpoint.podUid === own.podUid);
  if (self === undefined) return occupied('EndpointMissing', 'this pod is not in the EndpointSlices of the pool yet');
  if (self.terminating) return occupied('PodEnding', 'this pod is being deleted');

  if (waitedFor.length > 0) {
    const list = waitedFor.map(({ description }) => description).join(', ');
    return occupied('SlotOccupied', `slot ${own.slot} is occupied by ${list}`);
  }
  return { free: true };
}

/** Both verdicts together: null when the gateway may start. An occupied slot is what a person can look at, so it goes first. */
export function heldBy(slot: SlotVerdict, gate: GateVerdict): Held | null {
  const seatsGeneration = gate.generation;
  if (!slot.free) return { reason: slot.reason, message: slot.message, seatsGeneration, waitsFor: slot.waitsFor };
  if (!gate.granted) return { reason: gate.reason, message: gate.message, seatsGeneration, waitsFor: [] };
  return null;
}
