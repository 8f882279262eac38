import type { OrderDrains } from '../plan/actions.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';

/**
 * Orders drains and takes others back.
 *
 * Note: the touch comes first. A stop that was decided while the drain stood, and that comes late, then fails on the Deployment's
 * resourceVersion: without that it would end a pod that sidecars send sessions to again. See `lastLook` for the other half.
 */
export async function orderDrains(api: SeatApi, action: OrderDrains): Promise<Outcome> {
  for (const { slot, deployment } of action.takenBack) {
    const touched = await api.touchDeployment({ slot, ...deployment }, `drains-${action.drains.generation}`);
    if (touched === 'Gone') return notDone(`Deployment ${slot} was changed meanwhile`);
  }

  const written = await api.writeDrains(action.drains, action.expectResourceVersion);
  return written === 'Conflict' ? notDone('the drains were changed meanwhile') : done;
}
