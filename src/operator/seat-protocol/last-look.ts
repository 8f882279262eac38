import type { StopAction, StoppedSlot } from '../plan/actions.ts';
import type { CountedPod } from '../plan/busy.ts';
import { strictest } from '../plan/gate.ts';
import { isStaying, stopRefusal } from '../plan/may-stop.ts';
import type { PlannedFor } from './may-start.ts';
import { occupiedSlots, poolMovedOn } from './may-start.ts';
import type { LivePod, LivePool, SeatApi } from './seat-api.ts';

/**
 * The last look before an instance is ended (guarantees G2, G3): the pool as its user wants it now, the pods that there are now, and
 * what their sidecars say now. The rule is the plan's own. Returns why not, or undefined when nobody is cut off.
 *
 * Note: the drains are written first. Whoever takes one back after that must have seen this write, and touches the Deployment later than
 * the plan saw it: then the stop fails on its resourceVersion. Whoever took one back before makes this write fail.
 */
export async function lastLook(api: SeatApi, planned: PlannedFor, stop: StopAction): Promise<string | undefined> {
  const { drains } = stop;
  const fenced = await api.writeDrains({ ...drains, generation: drains.generation + 1 }, stop.expectResourceVersion);
  if (fenced === 'Conflict') return 'the drains were changed meanwhile';

  const pool = await api.readPool();
  const movedOn = poolMovedOn(pool, planned);
  if (movedOn !== undefined || pool === undefined) return movedOn ?? 'the pool does not exist any more';

  const pods = await api.listPods();
  const changed = differentPod(pods, stop) ?? provisoBroken(pods, stop) ?? (await overTheCap(api, pool, pods, stop));
  if (changed !== undefined) return changed;

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

/** Note: caches of pods and of Deployments lag each by its own time, so the plan may have taken a working instance for a broken one. */
function provisoBroken(pods: readonly LivePod[], { slot, proviso }: StoppedSlot): string | undefined {
  const { othersLeft, notReady } = proviso;
  const staying = pods.filter((pod) => isStaying(pod) && !pod.nodeLost);
  const ready = staying.find((pod) => pod.slot === slot && pod.ready);
  if (notReady && ready !== undefined) return `pod ${ready.name} is Ready meanwhile`;

  const others = staying.filter((pod) => pod.slot !== slot && (pod.ready || !othersLeft.ready));
  const left = new Set(others.map((pod) => pod.slot)).size;
  return left < othersLeft.slots ? `only ${left} of ${othersLeft.slots} others would be left` : undefined;
}

/** A slot that is replaced above the cap would not come back. One that is only stopped makes room. */
async function overTheCap(
  api: SeatApi,
  pool: LivePool,
  pods: readonly LivePod[],
  { action }: StopAction,
): Promise<string | undefined> {
  if (action === 'StopSlot') return undefined;

  const limits = strictest(pool.limits, pool.published);
  const seats = occupiedSlots({ deployments: await api.listDeployments(), pods }).size + limits.externalInstances;
  if (seats <= limits.maxInstances) return undefined;
  return `${seats} seats are taken, and maxInstances is ${limits.maxInstances}`;
}

function canAnswer({ placed, ended, nodeLost, address }: LivePod): boolean {
  return placed && !ended && !nodeLost && address !== undefined;
}
