import type { WriteGate } from '../plan/actions.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';

/**
 * Changes the mode or the limits of the gate. Needs no look at the pool: the plan was made for a generation not older than the gate's
 * own, and the compare-and-swap fails when a newer one came in between.
 */
export async function writeGate(api: SeatApi, action: WriteGate): Promise<Outcome> {
  const written = await api.replaceGate(action.gate, action.expectResourceVersion);
  return written === 'Conflict' ? notDone('the start gate was changed meanwhile') : done;
}
