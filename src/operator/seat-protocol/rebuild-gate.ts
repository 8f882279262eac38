import type { RebuildGate } from '../plan/actions.ts';
import type { Gate } from '../plan/gate.ts';
import { closedGate, firstGeneration, strictest } from '../plan/gate.ts';
import type { LiveView, PlannedFor } from './may-start.ts';
import { occupiedSlots, poolMovedOn, startRefusal } from './may-start.ts';
import type { LivePool, Outcome, SeatApi, WrittenGate } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';
import { createSlots } from './start-slots.ts';

/**
 * Makes a gate where there is none, or none that can be read. It is born closed, and opens only after live reads that came later:
 * an operator that slept since before the old gate was lost reads the newest spec here, whatever its caches say.
 */
export async function rebuildGate(api: SeatApi, planned: PlannedFor, action: RebuildGate): Promise<Outcome> {
  const closed = await closeGate(api, planned, action);
  if (closed === undefined) return notDone('the start gate was created or changed meanwhile');

  const pool = await api.readPool();
  const deployments = await api.listDeployments();
  const pods = await api.listPods();
  const movedOn = poolMovedOn(pool, planned);
  if (pool === undefined || movedOn !== undefined) return notDone(movedOn ?? 'the pool does not exist any more');

  // Note: before the slots are listed again. A DELETE that was decided by the lost gate fails from here on.
  for (const { slot, uid } of deployments) {
    await api.touchDeployment({ slot, uid }, closed.resourceVersion);
  }

  const view: LiveView = { pool, deployments, pods };
  const rebuilt = rebuiltGate(pool, view, closed);
  const wanted = action.slots.map(({ name }) => name);
  const withStarts: Gate = { ...rebuilt, slots: [...rebuilt.slots, ...wanted].sort() };
  const starts =
    rebuilt.mode === 'SelfHeal' && startRefusal(view, planned, withStarts, wanted) === undefined ? wanted : [];

  const written = await api.replaceGate(starts.length > 0 ? withStarts : rebuilt, closed.resourceVersion);
  if (written === 'Conflict') return notDone('the start gate was changed meanwhile');

  await createSlots(api, starts);
  return done;
}

async function closeGate(api: SeatApi, planned: PlannedFor, { found }: RebuildGate): Promise<WrittenGate | undefined> {
  if (found?.rebuilding === true) return found;

  const gate = closedGate(planned.generation);
  const written = found === undefined ? await api.createGate(gate) : await api.replaceGate(gate, found.resourceVersion);
  return typeof written === 'string' ? undefined : written;
}

/** Every slot of which anything exists keeps its seat; above the cap only what runs may go on. */
function rebuiltGate(pool: LivePool, view: LiveView, closed: WrittenGate): Gate {
  const limits = strictest(pool.limits, pool.published);
  const slots = [...occupiedSlots(view)].sort();
  const fits = slots.length + limits.externalInstances <= limits.maxInstances;
  return {
    generation: firstGeneration(closed.resourceVersion),
    ...limits,
    mode: fits ? 'SelfHeal' : 'Hold',
    slots,
    seated: fits ? [] : view.pods.filter((pod) => pod.started && !pod.ended).map(({ uid }) => uid),
    poolGeneration: pool.generation,
    rebuilding: false,
  };
}
