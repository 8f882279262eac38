import type { OrderDrains } from '../plan/actions.ts';
import type { PlannedFor } from './may-start.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';

/**
 * Orders drains and takes others back.
 *
 * Note: what a stop rests on is taken from it before the list is written. A stop that was decided while a drain stood, and that comes
 * late, then fails on the Deployment's resourceVersion: without that it would end a pod that sidecars send sessions to again. See
 * `lastLook` for the other half. And only a pod that a live list does not have is gone: our caches may never have seen it.
 *
 * A list of a generation that the pool has not reached yet was written by hand, or comes from a backup. The pool is read after the list
 * was: whoever knows a newer one, and writes the list for it, changes the resourceVersion that is expected here.
 */
export async function orderDrains(api: SeatApi, planned: PlannedFor, action: OrderDrains): Promise<Outcome> {
  const { drains, fences, gone, ifNoNewerPool } = action;
  if (ifNoNewerPool) {
    const pool = await api.readPool();
    const isNewest = pool?.uid === planned.uid && pool.generation === planned.generation;
    if (!isNewest) return notDone('the drains are those of a pool that is newer than the one that was planned for');
  }

  if (gone.length > 0) {
    const pods = await api.listPods();
    const alive = pods.find(({ uid, ended }) => gone.includes(uid) && !ended);
    if (alive !== undefined) return notDone(`pod ${alive.name} is still there`);
  }

  for (const fence of fences) {
    const touched = await api.touchDeployment(fence, `drains-${drains.generation}`);
    if (touched === 'Gone') return notDone(`Deployment ${fence.slot} was changed meanwhile`);
  }

  const written = await api.writeDrains(drains, action.expectResourceVersion);
  return written === 'Conflict' ? notDone('the drains were changed meanwhile') : done;
}
