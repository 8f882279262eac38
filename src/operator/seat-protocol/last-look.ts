import type { StoppedSlot } from '../plan/actions.ts';
import type { CountedPod } from '../plan/busy.ts';
import { stopRefusal } from '../plan/quiet.ts';
import type { PlannedFor } from './may-start.ts';
import { poolMovedOn } from './may-start.ts';
import type { LivePod, SeatApi } from './seat-api.ts';

/**
 * The last look before an instance is ended (guarantees G2, G3): the pool as its user wants it now, the pods that there are now, and
 * what their sidecars say now. The rule is the plan's own. Returns why not, or undefined when nobody is cut off.
 */
export async function lastLook(api: SeatApi, planned: PlannedFor, stop: StoppedSlot): Promise<string | undefined> {
  const movedOn = poolMovedOn(await api.readPool(), planned);
  if (movedOn !== undefined) return movedOn;

  const pods = await api.listPods();
  const stranger = differentPod(pods, stop);
  if (stranger !== undefined) return stranger;

  const answers = await api.askSidecars(pods.filter(canAnswer));
  const counted = pods.map((pod): CountedPod => ({ ...pod, answer: answers.get(pod.uid) }));
  const refusal = stopRefusal(stop.slot, counted, planned.spec, stop);
  return refusal === undefined ? undefined : `slot ${stop.slot} is not stopped: ${refusal}`;
}

/** Note: a pod that the plan did not know may be a gateway that nobody was asked about. */
function differentPod(pods: readonly LivePod[], { slot, podUids }: StoppedSlot): string | undefined {
  const live = pods.filter((pod) => pod.slot === slot && !pod.ended);
  const stranger = live.find(({ uid }) => !podUids.includes(uid));
  if (stranger !== undefined) return `pod ${stranger.name} of slot ${slot} came meanwhile`;

  const gone = podUids.find((uid) => !live.some((pod) => pod.uid === uid));
  return gone === undefined ? undefined : `pod ${gone} of slot ${slot} is gone`;
}

function canAnswer({ placed, ended, nodeLost, address }: LivePod): boolean {
  return placed && !ended && !nodeLost && address !== undefined;
}
