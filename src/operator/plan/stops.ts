import type { RollSlot, StopAction, StoppedSlot } from './actions.ts';
import type { Load } from './busy.ts';
import { isNewer } from './drains.ts';
import { lastGoodOf } from './good-revision.ts';
import type { Observation, ObservedDrains } from './observation.ts';
import type { Retirement } from './retirement.ts';

/**
 * The instance that ends now: its sessions are over and every sidecar knows that it takes nothing new, or its deadline is over
 * (guarantee G3). One at a time, because each stop writes the list of drains that the next one rests on. A slot is replaced only while
 * the gate lets its next pod start.
 *
 * @param inRepair slots whose Deployments are changed by this plan: a stop goes by the version that was observed, so it comes next time
 */
export function stopNow(
  observation: Observation,
  retirements: readonly Retirement[],
  inRepair: ReadonlySet<string>,
): StopAction | undefined {
  const { gate, drains } = observation;
  if (gate?.readable !== true || gate.gate.rebuilding || drains === undefined || isNewer(observation)) return undefined;

  const ready = retirements.filter(({ slot, refusal }) => refusal === undefined && !inRepair.has(slot.name));
  const stop = ready.find(isStop);
  if (stop !== undefined) return { action: 'StopSlot', ...stoppedSlot(stop, drains) };

  const [roll] = ready;
  return roll === undefined || gate.gate.mode === 'Hold' ? undefined : rollSlot(roll, observation, drains);
}

function isStop({ cause }: Retirement): boolean {
  return cause === 'StopRequested' || cause === 'NotWanted';
}

function rollSlot(retirement: Retirement, { pool }: Observation, drains: ObservedDrains): RollSlot {
  const { deployment } = retirement.slot;
  const { revision } = pool;
  const { lastGood } = deployment;
  const stopped = stoppedSlot(retirement, drains);
  return retirement.cause === 'RevisionFailed' && lastGood !== undefined
    ? { action: 'RollSlot', ...stopped, to: { kind: 'LastGood', good: lastGood, failedRevision: revision }, lastGood }
    : { action: 'RollSlot', ...stopped, to: { kind: 'Current', revision }, lastGood: lastGoodOf(deployment) };
}

function stoppedSlot(
  { slot, mayCut, load, fate, why, deadlineSeconds, proviso }: Retirement,
  { resourceVersion: expectResourceVersion, ...drains }: ObservedDrains,
): StoppedSlot {
  const { uid, resourceVersion } = slot.deployment;
  const because = mayCut
    ? `its drain deadline of ${deadlineSeconds} s is over${openSessions(load)}`
    : 'it has no sessions';
  return {
    slot: slot.name,
    uid,
    resourceVersion,
    podUids: slot.pods.map((pod) => pod.uid),
    drains,
    expectResourceVersion,
    proviso,
    mayCut,
    reason: `${slot.name} is ${fate}, ${because}: ${why}`,
  };
}

/** The honest number of those that are about to be cut off. */
function openSessions(load: Load): string {
  if (!load.known) return ', and its sessions are not known';
  const open = load.sessions + load.transit;
  return open === 0 ? '' : `, with ${open} open`;
}
