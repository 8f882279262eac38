import type { CountedPod, Counting } from './busy.ts';
import { carriers, isIdle, isLetThrough, loadOf } from './busy.ts';

/**
 * Why the instance of this slot may not be stopped yet, as a sentence; undefined: nobody is cut off by it (guarantee G3).
 *
 * - Sessions and transit are known to be 0, and with listeners every sidecar knows that the pod takes nothing new: so none can begin
 *   between the question and the stop. Where no other instance is Ready the pod is not drained, because clients would find nobody;
 *   0 is enough then, and what comes in the last moment is kept by the pod's own preStop.
 * - Or the deadline that the user set is over (`mayCut`), as the pod's own sidecar says, which keeps the time.
 */
export function stopRefusal(
  slot: string,
  pods: readonly CountedPod[],
  spec: Counting,
  { mayCut }: { readonly mayCut: boolean },
): string | undefined {
  const own = pods.filter((pod) => pod.slot === slot && !pod.ended && !pod.terminating && isLetThrough(pod));
  if (mayCut) {
    const early = own.find(({ answer }) => answer?.drain?.deadlineReached !== true);
    return early === undefined ? undefined : `the sidecar of pod ${early.name} does not say that its deadline is over`;
  }

  const load = loadOf(slot, pods, spec);
  if (!load.known) return load.why;
  if (!isIdle(load)) return 'sessions are open';
  return spec.listeners.length === 0 || !othersServe(slot, pods) ? undefined : unconfirmed(own, pods);
}

/** Whether another instance takes new work while this one does not. One that is drained itself does not. */
export function othersServe(slot: string, pods: readonly CountedPod[]): boolean {
  return pods.some(
    (pod) =>
      pod.slot !== slot &&
      pod.ready &&
      !pod.ended &&
      !pod.terminating &&
      !pod.nodeLost &&
      (pod.answer?.drain ?? null) === null,
  );
}

function unconfirmed(own: readonly CountedPod[], pods: readonly CountedPod[]): string | undefined {
  for (const pod of own) {
    const ignorant = carriers(pods).find(({ uid, answer }) =>
      uid === pod.uid ? (answer?.drain ?? null) === null : answer?.knownDrains.includes(pod.uid) !== true,
    );
    if (ignorant !== undefined) return `the sidecar of pod ${ignorant.name} does not know yet that ${pod.name} drains`;
  }
  return undefined;
}
