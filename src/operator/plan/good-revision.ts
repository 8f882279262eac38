import type { RememberRevision } from './actions.ts';
import type { GoodRevision, ObservedDeployment } from './observation.ts';
import type { Slot } from './slots.ts';

/** What a slot would go back to if it were given another revision now, and that one failed; undefined: nothing is known to be good. */
export function lastGoodOf(deployment: ObservedDeployment): GoodRevision | undefined {
  return provenRevision(deployment) ?? deployment.lastGood;
}

/**
 * Revisions that are available in slots, to be written down:
 * - before a slot is replaced: while it drains it is not Ready, and nobody could tell any more that it was good;
 * - after it was: so that a crash weeks later is not taken for the failure of its revision.
 *
 * Slots that never ran anything else need no such note.
 *
 * @param current what an instance that starts now is made from
 */
export function revisionsToRemember(slots: readonly Slot[], current: string): readonly RememberRevision[] {
  const notes: RememberRevision[] = [];
  for (const { name, deployment } of slots) {
    if (deployment === undefined || deployment.deleting) continue;
    if (deployment.lastGood === undefined && deployment.revision === current) continue;
    const lastGood = provenRevision(deployment);
    if (lastGood === undefined || lastGood.revision === deployment.lastGood?.revision) continue;

    const reason = `revision ${lastGood.revision} is available in slot ${name}`;
    notes.push({ action: 'RememberRevision', slot: name, uid: deployment.uid, lastGood, reason });
  }
  return notes;
}

function provenRevision({ available, revision, configCopy }: ObservedDeployment): GoodRevision | undefined {
  return available && revision !== '' && configCopy !== undefined ? { revision, configCopy } : undefined;
}
