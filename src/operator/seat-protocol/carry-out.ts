import type { OrderDrains, SeatAction, StopAction } from '../plan/actions.ts';
import type { PlannedFor } from './may-start.ts';
import { orderDrains } from './order-drains.ts';
import { rebuildGate } from './rebuild-gate.ts';
import { rollSlot } from './roll-slot.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { startSlots } from './start-slots.ts';
import { stopSlot } from './stop-slot.ts';
import { takeBackSeats } from './take-back-seats.ts';
import { writeGate } from './write-gate.ts';

/**
 * Carries out one action on seats and on the gateways that sit in them: every write that the guarantees G1, G2 and G3 depend on is made
 * in here, in an order that stays safe when this process dies, sleeps or has a rival between any two of them. Throws what the API throws.
 */
export function carryOut(
  api: SeatApi,
  planned: PlannedFor,
  action: SeatAction | OrderDrains | StopAction,
): Promise<Outcome> {
  switch (action.action) {
    case 'RebuildGate':
      return rebuildGate(api, planned, action);
    case 'WriteGate':
      return writeGate(api, action);
    case 'StartSlots':
      return startSlots(api, planned, action);
    case 'TakeBackSeats':
      return takeBackSeats(api, action);
    case 'OrderDrains':
      return orderDrains(api, planned, action);
    case 'StopSlot':
      return stopSlot(api, planned, action);
    case 'RollSlot':
      break;
  }
  return rollSlot(api, planned, action);
}
