import type { CountedPod, Counting } from './busy.ts';
import { carriers, isIdle, isLetThrough, loadOf } from './busy.ts';
import type { DrainList } from './observation.ts';
import { orderOf } from './order-of.ts';

/** What a stop rests on, besides the pods. */
export interface StopGrounds {
  /** The deadline that the user set is over, as was said when the plan was made. */
  readonly mayCut: boolean;
  /** The drains as they are ordered; undefined: their ConfigMap is not there. */
  readonly drains: DrainList | undefined;
}

/**
 * Why the instance of this slot may not be stopped yet, as a sentence; undefined: nobody is cut off by it (guarantee G3).
 *
 * - Sessions and transit are known to be 0, and with listeners every sidecar knows that the pod takes nothing new: so none can begin
 *   between the question and the stop, however late that comes. Nobody can keep an instance that dials out from new sessions.
 * - Or the deadline is over, as the pod's own sidecar says, which keeps the time and knows the newest list.
 */
export function stopRefusal(
  slot: string,
  pods: readonly CountedPod[],
  spec: Counting,
  { mayCut, drains }: StopGrounds,
): string | undefined {
  if (drains === undefined) return 'the ConfigMap by which drains are ordered does not exist yet';

  const own = pods.filter((pod) => pod.slot === slot && isStaying(pod));
  if (mayCut) {
    const early = own.find((pod) => isLetThrough(pod) && !isDeadlineOver(pod, drains));
    return early === undefined ? undefined : `the sidecar of pod ${early.name} does not say that its deadline is over`;
  }

  const load = loadOf(slot, pods, spec);
  if (!load.known) return load.why;
  if (!isIdle(load)) return 'sessions are open';
  if (spec.listeners.length === 0) return undefined;
  return own.map((pod) => unconfirmed(pod, pods, drains)).find((refusal) => refusal !== undefined);
}

/** Not on its way out: one that a stop of its slot would end. */
export function isStaying({ ended, terminating }: Pick<CountedPod, 'ended' | 'terminating'>): boolean {
  return !ended && !terminating;
}

/** Whether its own sidecar says that the ordered deadline is over. Note: of an older list it may have been another deadline. */
export function isDeadlineOver({ uid, answer }: CountedPod, drains: DrainList): boolean {
  const order = orderOf(uid, drains);
  if (order === undefined || order.deadlineSeconds === null) return false;
  return answer?.drain?.deadlineReached === true && (answer.drainsGeneration ?? 0) >= drains.generation;
}

/** Whether another instance takes new work while this one does not. One that is drained itself does not. */
export function othersServe(slot: string, pods: readonly CountedPod[]): boolean {
  return pods.some(
    (pod) => pod.slot !== slot && pod.ready && isStaying(pod) && !pod.nodeLost && (pod.answer?.drain ?? null) === null,
  );
}

/**
 * Who may still send the pod new sessions; undefined: nobody. One whose sidecar never ran reads the list before it takes any.
 *
 * Note: by generation. A sidecar that lags may still obey an earlier order to drain the same pod, which was taken back since: it is
 * about to send it sessions again.
 */
function unconfirmed(pod: CountedPod, pods: readonly CountedPod[], drains: DrainList): string | undefined {
  const order = orderOf(pod.uid, drains);
  if (order === undefined) return `pod ${pod.name} still takes new sessions`;

  const ignorant = carriers(pods).find(({ uid, answer }) => {
    if (answer === undefined || (answer.drainsGeneration ?? 0) < order.since) return true;
    return uid === pod.uid ? answer.drain === null : !answer.knownDrains.includes(pod.uid);
  });
  return ignorant === undefined
    ? undefined
    : `the sidecar of pod ${ignorant.name} does not know yet that ${pod.name} drains`;
}
