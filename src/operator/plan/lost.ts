import type { PlannedEvent } from './actions.ts';
import { carriers, countedPods, countsOverAll } from './busy.ts';
import { hasServed } from './has-served.ts';
import type { Observation, ObservedPod } from './observation.ts';
import { plural } from './plural.ts';
import type { Slot } from './slots.ts';
import { mainPod, slotsOf } from './slots.ts';

interface LostSlot {
  readonly slot: Slot;
  readonly pod: ObservedPod;
}

/** Slots whose instance served and is on a node that does not answer since now: the last status does not say so yet. */
export function newlyLostSlots(observation: Observation): readonly LostSlot[] {
  const lost: LostSlot[] = [];
  for (const slot of slotsOf(observation)) {
    const pod = mainPod(slot);
    // Note: by pod. The state of the slot may come and go with pods that were to replace this one.
    if (pod === undefined || !pod.nodeLost || !hasServed(slot.name, pod, observation.pool)) continue;
    const before = observation.pool.status?.slots?.find(({ name }) => name === slot.name);
    if (before?.state !== 'Lost') lost.push({ slot, pod });
  }
  return lost;
}

/** The honest loss: what the survivors know, and what nobody can know any more. */
export function lossEvents(observation: Observation): PlannedEvent[] {
  return newlyLostSlots(observation).map(({ slot, pod }) => ({
    type: 'Warning',
    reason: 'InstanceLost',
    action: 'ReportLoss',
    message: `Node ${pod.node ?? ''} of ${slot.name} does not answer. ${lossOf(slot.name, observation)}. Another pod takes its place when Kubernetes has evicted ${pod.name}`,
  }));
}

function lossOf(slot: string, observation: Observation): string {
  if (!countsOverAll(observation.pool.spec))
    return 'How many sessions it had is not known: only its own sidecar counted them';

  const others = carriers(countedPods(observation)).filter((pod) => pod.slot !== slot);
  const known = others.reduce((sum, { answer }) => sum + (answer?.backends[slot] ?? 0), 0);
  const silent = others.filter(({ answer }) => answer === undefined).length;
  const unheard = silent === 0 ? '' : `, ${plural(silent, 'sidecar')} did not answer`;
  return `At least ${plural(known, 'session')} had entered through other instances and been with it${unheard}; what entered through its own sidecar is not known`;
}
