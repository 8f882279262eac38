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
  await Promise.all(names.map((name) => api.createDeployment(name)));
}
