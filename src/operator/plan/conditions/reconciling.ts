import type { Picture } from '../picture.ts';
import { drainingSlots, slotsUnderWay } from '../progress.ts';
import { stuckSlots } from '../pod-failure.ts';
import type { Retirement } from '../retirement.ts';
import type { Slot } from '../slots.ts';
import { stepReason } from '../step-reason.ts';
import { plural } from '../plural.ts';
import { stalled } from './stalled.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/** True while the operator or the cluster is still on the way to what the spec says, and needs nobody for it. */
export function reconciling(picture: Picture): Verdict {
  const { observation, counts, blocked, retiring } = picture;
  if (observation.pool.spec.paused)
    return verdict('Reconciling', 'Paused', 'the operator changes nothing while spec.paused is true');

  const stall = stalled(picture);
  const stuck = stuckSlots(observation, picture.seating.slots);
  const work = decided(picture) ?? underWay(picture, stuck);
  if (work !== undefined) return verdict('Reconciling', 'InProgress', work);
  if (stall.status === 'True')
    return verdict('Reconciling', 'Stalled', 'nothing can be done before the condition Stalled is False');
  if (blocked !== undefined) return verdict('Reconciling', 'Waiting', `no instance can start: ${blocked}`);
  const busy = retiring.retirements.filter(({ refusal }) => refusal !== undefined);
  if (busy.length > 0) return verdict('Reconciling', 'Waiting', forSessions(busy));
  if (counts.surplus > 0) {
    return verdict(
      'Reconciling',
      'Waiting',
      `waits until ${plural(counts.surplus, 'instance')} above the maximum ended or the maximum is raised`,
    );
  }
  const waits = retiring.rollout.blocked;
  if (waits !== undefined) return verdict('Reconciling', 'Waiting', waits.message);
  if (stuck.length > 0)
    return verdict('Reconciling', 'Waiting', `${namesOf(stuck)} cannot become ready as it is; see the slots`);
  return verdict('Reconciling', 'Settled', 'nothing is to be changed');
}

/** What this very plan does. */
function decided({ step, drains, stop, repairs, publishing, observation }: Picture): string | undefined {
  if (step !== undefined) return stepReason(step);
  if (drains !== undefined) return drains.reason;
  const [first] = [...(stop === undefined ? [] : [stop]), ...repairs];
  if (first !== undefined) return first.reason;
  if (publishing.publish === undefined && publishing.waitMilliseconds === undefined) return undefined;
  return `the maximum of ${observation.pool.spec.maxInstances} comes into force as soon as no start that began before can be under way`;
}

/** What the cluster is about. */
function underWay(picture: Picture, stuck: readonly Slot[]): string | undefined {
  const { observation, seating, counts, blocked } = picture;
  const stopping = seating.slots.filter(({ pods }) => pods.some((pod) => pod.terminating));
  if (stopping.length > 0) return `waits until the pods of ${namesOf(stopping)} that are stopping have ended`;

  const rolled = slotsUnderWay(observation, seating.slots).filter((slot) => !stuck.includes(slot));
  if (rolled.length > 0) return `waits until ${namesOf(rolled)} is ready with its new template`;

  const coming = seating.target - counts.ready - drainingToStay(picture) - stuck.length;
  if (blocked !== undefined || coming <= 0) return undefined;
  return `${counts.ready} of ${plural(seating.target, 'instance')} ready; the others follow as soon as their pods are ready`;
}

/** Instances that are wanted and take nothing new before they are replaced. */
function drainingToStay(picture: Picture): number {
  const unwanted = picture.retiring.retirements.filter(({ cause }) => cause === 'NotWanted');
  return drainingSlots(picture).filter(({ name }) => !unwanted.some(({ slot }) => slot.name === name)).length;
}

function namesOf(slots: readonly Slot[]): string {
  return slots.map(({ name }) => name).join(', ');
}

function forSessions(retirements: readonly Retirement[]): string {
  return `waits for the sessions of ${retirements.map(({ slot }) => slot.name).join(', ')}; see the slots`;
}
