import type { SeatAction } from '../plan/actions.ts';
import type { PlannedFor } from './may-start.ts';
import { rebuildGate } from './rebuild-gate.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { startSlots } from './start-slots.ts';
import { takeBackSeats } from './take-back-seats.ts';
import { writeGate } from './write-gate.ts';

/**
 * Carries out one action on the gate: every write that guarantee G1 depends on is made in here, in an order that stays safe when this
 * process dies, sleeps or has a rival between any two of them. Throws what the API throws.
 */
export function carryOut(api: SeatApi, planned: PlannedFor, action: SeatAction): Promise<Outcome> {
  switch (action.action) {
    case 'RebuildGate':
      return rebuildGate(api, planned, action);
    case 'WriteGate':
      return writeGate(api, action);
    case 'StartSlots':
      return startSlots(api, planned, action);
    case 'TakeBackSeats':
      break;
  }
  return takeBackSeats(api, action);
}
