import type { RepairSlot } from './actions.ts';
import type { Gate } from './gate.ts';
import type { ObservedDeployment } from './observation.ts';
import type { Seating } from './seating.ts';
import type { Slot } from './slots.ts';

/** They come from the spec or with a release of the operator, so they differ after a change there too. */
const fromThePool: readonly string[] = ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'];

/**
 * What somebody changed by hand on a slot's Deployment and what can be put back without touching its pod. A slot that was scaled to 0
 * is started again only if it is wanted and the gate would let it start; scaled up, it goes back to 1 at once, where Kubernetes takes
 * the pods away that are not ready: those that are held.
 */
export function slotsToRepair(seating: Seating, gate: Gate | undefined): readonly RepairSlot[] {
  const repairs: RepairSlot[] = [];
  for (const slot of seating.slots) {
    const { name, deployment } = slot;
    if (deployment === undefined || deployment.deleting || !slot.seated) continue;

    const what = [...(mayPutReplicasBack(slot, seating, gate) ? ['replicas'] : []), ...deployment.drift];
    if (what.length === 0) continue;

    const scaled = what.includes('replicas')
      ? [`was scaled to ${deployment.replicas} by hand; a slot is one instance`]
      : [];
    const settings = deployment.drift.filter((field) => isFromThePool(field, deployment));
    const others = deployment.drift.filter((field) => !settings.includes(field));
    const edited = others.length > 0 ? [`was edited by hand (${others.join(', ')})`] : [];
    const byHand = what.length > settings.length;
    const reasons = [
      ...(byHand ? [`${[...scaled, ...edited].join(', and ')}: put right`] : []),
      ...(settings.length > 0 ? [`is given the ${settings.join(', ')} that its pool has now`] : []),
    ];
    const reason = `Deployment ${name} ${reasons.join('; it ')}`;
    repairs.push({ action: 'RepairSlot', slot: name, uid: deployment.uid, what, byHand, reason });
  }
  return repairs;
}

/** Whether it may differ because of a change elsewhere. What somebody wrote on the Deployment itself does not. */
function isFromThePool(field: string, { editedSettings }: ObservedDeployment): boolean {
  return fromThePool.includes(field) && !editedSettings.includes(field);
}

function mayPutReplicasBack(slot: Slot, { toRefill }: Seating, gate: Gate | undefined): boolean {
  const replicas = slot.deployment?.replicas ?? 1;
  if (replicas === 1) return false;
  return replicas > 1 || (toRefill.includes(slot) && gate?.mode === 'SelfHeal');
}
