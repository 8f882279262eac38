import type { StartSlots } from '../plan/actions.ts';
import type { PlannedFor } from './may-start.ts';
import { startRefusal } from './may-start.ts';
import type { Outcome, SeatApi } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';

/**
 * Starts slots: look, take the seats, create. Whatever happens in between, also the death of this process, the seats stay taken, and
 * the next plan goes on from them.
 *
 * Note: the seat is written first even when the gate lists the slot already. Whoever is about to take that seat back then fails.
 */
export async function startSlots(api: SeatApi, planned: PlannedFor, action: StartSlots): Promise<Outcome> {
  const pool = await api.readPool();
  const deployments = await api.listDeployments();
  const pods = await api.listPods();
  const names = action.slots.map(({ name }) => name);
  const refusal = startRefusal({ pool, deployments, pods }, planned, action.gate, names);
  if (refusal !== undefined) return notDone(refusal);

  const written = await api.replaceGate(action.gate, action.expectResourceVersion);
  if (written === 'Conflict') return notDone('the start gate was changed meanwhile');

  await createSlots(api, names);
  return done;
}

/** An existing one was created by the other operator for this very seat. */
export async function createSlots(api: SeatApi, names: readonly string[]): Promise<void> {
  const creations = names.map((name) => api.createDeployment(name));
  // Note: all are over before the plan goes on, also when one is refused: what comes next must not meet a start under way.
  await Promise.allSettled(creations);
  await Promise.all(creations);
}
