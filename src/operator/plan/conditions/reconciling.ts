import type { Picture } from '../picture.ts';
import { stepReason } from '../step-reason.ts';
import { stalled } from './stalled.ts';
import type { Verdict } from './verdict.ts';
import { count, verdict } from './verdict.ts';

/** True while the operator or the cluster is still on the way to what the spec says, and needs nobody for it. */
export function reconciling(picture: Picture): Verdict {
  const { observation, counts, blocked } = picture;
  if (observation.pool.spec.paused)
    return verdict('Reconciling', 'Paused', 'the operator changes nothing while spec.paused is true');

  const work = underWay(picture);
  if (work !== undefined) return verdict('Reconciling', 'InProgress', work);
  if (stalled(picture).status === 'True')
    return verdict('Reconciling', 'Stalled', 'nothing can be done before the condition Stalled is False');
  if (blocked !== undefined) return verdict('Reconciling', 'Waiting', `waits for a person: ${blocked}`);
  if (counts.surplus > 0) {
    return verdict(
      'Reconciling',
      'Waiting',
      `waits until ${count(counts.surplus, 'instance')} above the maximum ended or the maximum is raised`,
    );
  }
  return verdict('Reconciling', 'Settled', 'nothing is to be changed');
}

function underWay({ observation, seating, counts, step, repairs, publishing, blocked }: Picture): string | undefined {
  if (step !== undefined) return stepReason(step);
  const [repair] = repairs;
  if (repair !== undefined) return repair.reason;
  if (publishing.publish !== undefined || publishing.waitMilliseconds !== undefined) {
    return `the maximum of ${observation.pool.spec.maxInstances} comes into force as soon as no start that began before can be under way`;
  }

  const stopping = seating.slots.filter(({ pods }) => pods.some((pod) => pod.terminating)).map(({ name }) => name);
  if (stopping.length > 0) return `waits until the pods of ${stopping.join(', ')} that are stopping have ended`;
  if (blocked === undefined && counts.ready < seating.target) {
    return `${counts.ready} of ${count(seating.target, 'instance')} ready; the others follow as soon as their pods are ready`;
  }
  return undefined;
}
