import type { ResolvedSpec } from '../../../api/resolve.ts';
import { isIdle } from '../busy.ts';
import type { Picture } from '../picture.ts';
import { drainingSlots, slotsUnderWay } from '../progress.ts';
import { describeRetirement } from '../retirement-status.ts';
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
    return verdict('RollingOut', 'Replacing', `${describeUnderWay(underWay, spec)}${rest}`);
  }
  if (first === undefined) return verdict('RollingOut', 'UpToDate', upToDate(picture));

  const { reason, message } = retiring.rollout.blocked ?? {
    reason: 'Replacing',
    message: 'each ends for another reason',
  };
  const hint =
    reason === 'WaitingForDelete' ? `. To stop one when its sessions are over: ${stopHint(namespace, first)}` : '';
  return verdict('RollingOut', reason, `${outdated(counts.outdated)}; ${message}${hint}`);
}

/** Note: nothing is ready or late while the pod before still ends: for hours, if its sessions last that long. `Recreate` waits for it. */
function describeUnderWay(slots: readonly Slot[], { rollout }: ResolvedSpec): string {
  const ending = slots.flatMap(({ pods }) => pods.filter(({ terminating }) => terminating));
  const started = slots.filter(({ pods }) => !pods.some(({ terminating }) => terminating));
  return [
    ...(ending.length === 0
      ? []
      : [
          `waits until pod ${ending.map(({ name }) => name).join(' and pod ')} has ended, when its sessions or its grace period are over`,
        ]),
    ...(started.length === 0
      ? []
      : [
          `${started.map(({ name }) => name).join(', ')} got a new pod, which has to be ready for ${rollout.minReadySeconds} s`,
        ]),
  ].join('; ');
}

function outdated(names: readonly string[]): string {
  const run = names.length === 1 ? 'runs' : 'run';
  return `${plural(names.length, 'instance')} (${names.join(', ')}) ${run} an older image, template or configuration`;
}

/** Guarantee G7: a new sidecar, as it comes with a new operator, is no reason to restart anybody. */
function upToDate({ observation, seating }: Picture): string {
  const current = 'all instances run the current image, template and configuration';
  const pods = seating.slots.flatMap((slot) => slot.pods);
  const older = pods.filter(
    ({ balancerImage, terminating }) =>
      !terminating && balancerImage !== undefined && balancerImage !== observation.balancerImage,
  );
  if (older.length === 0) return current;
  return `${current}; ${older.length} with an older sidecar, which is replaced with the next rollout or restart`;
}
