import { requests } from '../../../api/identity.ts';
import { slotWithFailedRevision } from '../failed-revision.ts';
import type { Picture } from '../picture.ts';

/** What is wrong with the wanted revision. */
export interface RevisionFailure {
  readonly message: string;
  /** false: it fails in a slot that never ran anything else, so there is nothing to go back to and nothing to stop. */
  readonly stopsRollout: boolean;
}

/**
 * The failed revision, the slot, the pod's own reason and the way out. Once the slot went back, the failed pod is gone with its
 * reason: then the last status is what still knows it.
 */
export function describeFailure({ observation, retiring }: Picture): RevisionFailure | undefined {
  const { pool } = observation;
  const slot = slotWithFailedRevision(observation);
  if (slot !== undefined) {
    const start = `Revision ${pool.revision} failed in ${slot.name}`;
    const known = pool.status?.conditions?.find(({ type }) => type === 'Stalled')?.message;
    if (slot.deployment?.revision === pool.revision) {
      return { message: `${start}, and what it ran before is not kept any more. ${whatToDo}`, stopsRollout: true };
    }
    return { message: known?.startsWith(start) === true ? known : wentBack(start), stopsRollout: true };
  }

  const [failure] = retiring.failures;
  if (failure === undefined) return undefined;
  const { good, why, said } = failure;
  const start = `Revision ${pool.revision} failed in ${failure.slot.name}: ${[why, said].filter(Boolean).join(', ')}`;
  return good === undefined
    ? { message: `${start}. ${whatToDo}`, stopsRollout: false }
    : { message: wentBack(start), stopsRollout: true };
}

const whatToDo = `Correct the image, the template or the configuration. To try the same again, change the annotation ${requests.restart} of the pool`;

function wentBack(start: string): string {
  return `${start}. The slot goes back to what it ran before, the others go on as they are, and nothing is started with this revision. ${whatToDo}`;
}
