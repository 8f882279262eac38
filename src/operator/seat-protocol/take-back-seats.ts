import type { TakeBackSeats, VacatedSlot } from '../plan/actions.ts';
import type { LiveDeployment, LivePod, Outcome, SeatApi } from './seat-api.ts';
import { done, notDone } from './seat-api.ts';

/**
 * Takes seats back without ever cutting off a session (guarantees G1, G3).
 *
 * The gate holds starts back while we look, and the compare-and-swap proves that it did so all the time: a pod that could have
 * started is in the lists, and none can start afterwards, because its slot is not listed any more. A slot is listed again only
 * after its Deployment is gone, or when a lost gate is rebuilt, which touches the Deployment: so the late DELETE of an operator that
 * was stopped for an hour fails on the resourceVersion.
 */
export async function takeBackSeats(api: SeatApi, action: TakeBackSeats): Promise<Outcome> {
  const deployments = await api.listDeployments();
  const pods = await api.listPods();
  for (const slot of action.slots) {
    const refusal = takeBackRefusal(slot, deployments, pods);
    if (refusal !== undefined) return notDone(refusal);
  }

  const written = await api.replaceGate(action.gate, action.expectResourceVersion);
  if (written === 'Conflict') return notDone('the start gate was changed meanwhile');

  for (const { name, deployment } of action.slots) {
    if (deployment === undefined) continue;
    const deleted = await api.deleteDeployment(name, deployment.uid, deployment.resourceVersion);
    if (deleted === 'Conflict') return notDone(`Deployment ${name} was changed meanwhile`);
  }
  return done;
}

/** Why this slot's seat cannot be taken back; undefined: no gateway runs in it, and none can start. */
function takeBackRefusal(
  slot: VacatedSlot,
  deployments: readonly LiveDeployment[],
  pods: readonly LivePod[],
): string | undefined {
  if (!slot.seated) return undefined;

  const found = deployments.find((deployment) => deployment.slot === slot.name);
  if (found !== undefined && found.uid !== slot.deployment?.uid) return `Deployment ${slot.name} was created meanwhile`;

  const stranger = pods.find((pod) => pod.slot === slot.name && mayRun(pod) && !slot.heldPodUids.includes(pod.uid));
  return stranger === undefined ? undefined : `pod ${stranger.uid} of slot ${slot.name} may run a gateway`;
}

function mayRun(pod: LivePod): boolean {
  return pod.placed && !pod.ended;
}
