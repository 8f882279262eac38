import { isIdle } from '../busy.ts';
import { whenItEnds } from '../ending.ts';
import type { Picture } from '../picture.ts';
import { drainingSlots, slotsUnderWay } from '../progress.ts';
import { describeRetirement } from '../retirement-status.ts';
import { troubleOf } from '../slot-status.ts';
import type { ObservedPod } from '../observation.ts';
import type { Slot } from '../slots.ts';
import { plural } from '../plural.ts';
import { describeFailure } from './revision-failed.ts';
import type { Verdict } from './verdict.ts';
import { stopHint, verdict } from './verdict.ts';

/** How far a change of image, template or configuration has come, what it waits for, and what happens next. */
export function rollingOut(picture: Picture): Verdict {
  const { observation, counts, retiring, seating } = picture;
  const { namespace, spec } = observation.pool;
  const failure = describeFailure(picture);
  const underWay = slotsUnderWay(observation, seating.slots);
  const [first] = counts.outdated;
  const next = retiring.retirements.find(({ cause }) => cause === 'Outdated');

  if (failure?.stopsRollout === true) return verdict('RollingOut', 'RevisionFailed', failure.message);
  if (next !== undefined) {
    const isDraining = drainingSlots(picture).some(({ name }) => name === next.slot.name);
    const reason = isIdle(next.load) || next.mayCut ? 'Replacing' : 'WaitingForIdle';
    const message = `${outdated(counts.outdated)}. ${next.slot.name} goes next: ${describeRetirement(next, spec, isDraining)}`;
    return verdict('RollingOut', reason, message);
  }
  if (underWay.length > 0 && retiring.rollout.blocked?.reason !== 'Paused') {
    const rest = first === undefined ? '' : `. ${outdated(counts.outdated)}`;
    return verdict('RollingOut', 'Replacing', `${describeUnderWay(underWay, picture)}${rest}`);
  }
  if (first === undefined) return verdict('RollingOut', 'UpToDate', upToDate(picture));

  const { reason, message } = retiring.rollout.blocked ?? {
    reason: 'Replacing',
    message: counts.outdated.length === 1 ? 'it ends for another reason' : 'each ends for another reason',
  };
  const hint =
    reason === 'WaitingForDelete' ? `. To stop one when its sessions are over: ${stopHint(namespace, first)}` : '';
  return verdict('RollingOut', reason, `${outdated(counts.outdated)}; ${message}${hint}`);
}

/** Note: nothing is ready or late while the pod before still ends: for hours, if its sessions last that long. `Recreate` waits for it. */
function describeUnderWay(slots: readonly Slot[], picture: Picture): string {
  const { rollout } = picture.observation.pool.spec;
  const ending = slots.flatMap(({ pods }) => pods.filter(({ terminating }) => terminating));
  const started = slots.filter(({ pods }) => !pods.some(({ terminating }) => terminating));
  const troubles = started.flatMap((slot) => {
    const trouble = troubleOf(slot, picture);
    return trouble === undefined ? [] : [`${slot.name}: ${trouble}`];
  });
  return [
    ...ending.map((pod) => `waits until pod ${pod.name} has ended, ${whenItEnds(pod)}`),
    ...(started.length === 0
      ? []
      : [
          `${started.map(({ name }) => name).join(', ')} got a new pod, which has to be ready for ${rollout.minReadySeconds} s`,
        ]),
    ...troubles,
  ].join('; ');
}

function outdated(names: readonly string[]): string {
  const run = names.length === 1 ? 'runs' : 'run';
  return `${plural(names.length, 'instance')} (${names.join(', ')}) ${run} an older image, template or configuration`;
}

/** Guarantee G7: a new sidecar, as it comes with a new operator, is no reason to restart anybody. */
function upToDate({ observation, seating }: Picture): string {
  const current = 'all instances run the current image, template and configuration';
  const pods = seating.slots.flatMap((slot) => slot.pods).filter(({ terminating }) => !terminating);
  const older = pods.filter(
    ({ balancerImage }) => balancerImage !== undefined && balancerImage !== observation.balancerImage,
  );
  const sidecars =
    older.length === 0
      ? []
      : [`${older.length} with an older sidecar, which is replaced with the next rollout or restart`];
  return [current, ...sidecars, ...oldDeadlines(pods, observation.pool.spec.drain.deadlineSeconds)].join('; ');
}

/** A pod's grace period is a part of it for life, and the deadline is a part of that. */
function oldDeadlines(pods: readonly ObservedPod[], wanted: number): string[] {
  const deadlines = pods.flatMap(({ drainDeadlineSeconds: own }) => (own === undefined || own === wanted ? [] : [own]));
  return [...new Set(deadlines)]
    .sort((left, right) => left - right)
    .map((deadline) => {
      const { length } = deadlines.filter((own) => own === deadline);
      return `${plural(length, 'pod')} still ${length === 1 ? 'has' : 'have'} the drain deadline of ${deadline} s, not ${wanted} s; it changes when a new pod takes the place`;
    });
}
