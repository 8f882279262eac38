import type { StopSlot } from '../plan/actions.ts';
import { lastLook } from './last-look.ts';
import type { PlannedFor } from './may-start.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';

/**
 * Stops the instance of a slot that is not wanted any more: its Deployment is deleted, its pod ends by its own preStop. The seat stays
 * taken until a later plan sees that the pod is gone.
 */
export async function stopSlot(api: SeatApi, planned: PlannedFor, action: StopSlot): Promise<Outcome> {
  const refusal = await lastLook(api, planned, action);
  if (refusal !== undefined) return notDone(refusal);

  const deleted = await api.deleteDeployment(action.slot, action.uid, action.resourceVersion);
  return deleted === 'Conflict' ? notDone(`Deployment ${action.slot} was changed meanwhile`) : done;
}
