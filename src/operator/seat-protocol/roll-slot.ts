import type { RollSlot } from '../plan/actions.ts';
import { lastLook } from './last-look.ts';
import type { PlannedFor } from './may-start.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';

/**
 * Gives a slot another pod template. `Recreate` ends the old pod before the new one comes, and the slot keeps its seat; the seat rule
 * of the sidecars keeps the new gateway waiting until the old one is gone (guarantee G1).
 */
export async function rollSlot(api: SeatApi, planned: PlannedFor, action: RollSlot): Promise<Outcome> {
  const refusal = await lastLook(api, planned, action);
  if (refusal !== undefined) return notDone(refusal);

  const { slot, uid, resourceVersion, to, lastGood } = action;
  const replaced = await api.replaceTemplate(slot, uid, resourceVersion, { to, lastGood });
  switch (replaced) {
    case 'Replaced':
      return done;
    case 'Conflict':
      return notDone(`Deployment ${slot} was changed meanwhile`);
    case 'NoSuchRevision':
      break;
  }

  // Note: else this would be tried for ever. The slot stays as it is, and the pool says that a person has to act.
  if (to.kind === 'LastGood') await api.noteFailure(slot, uid, resourceVersion, to.failedRevision);
  return notDone(`Deployment ${slot} does not keep the template that it was to go back to`);
}
