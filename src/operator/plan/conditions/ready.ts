import { describeReady, takesNewWork } from '../counts.ts';
import { hasServed } from '../has-served.ts';
import type { Picture } from '../picture.ts';
import { drainingSlots, slotsUnderWay } from '../progress.ts';
import { troubles } from '../slot-status.ts';
import { plural } from '../plural.ts';
import { stalled } from './stalled.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/**
 * Whether every instance that the pool should have is there and serves. More than that, above a lowered maximum, is no failure.
 *
 * Note: a stalled pool is not Ready, though all its instances may be. `kubectl wait --for=condition=Ready` after an edit must not
 * succeed when the edit failed; that clients are served is what Available says.
 */
export function ready(picture: Picture): Verdict {
  const { observation, counts, seating, blocked } = picture;
  const { limitedBy } = seating.desired;
  const limit = limitedBy === undefined ? [] : [limitedBy];
  const have = describeReady(counts);

  const stall = stalled(picture);
  if (stall.status === 'True') return verdict('Ready', 'Stalled', `${have}${whyNotReady(picture)}; ${stall.message}`);
  if (counts.desired === 0) {
    return verdict('Ready', 'NoneWanted', ['no instance is wanted in the cluster', ...limit].join('; '));
  }
  if (counts.ready >= counts.desired) return verdict('Ready', 'AllReady', [have, ...limit].join('; '));

  const why = [have, ...troubles(picture), ...limit].join('; ');
  if (observation.config.state === 'Invalid') return verdict('Ready', 'ConfigInvalid', `${why}; ${blocked ?? ''}`);
  if (observation.tls.state === 'Invalid') return verdict('Ready', 'TLSInvalid', `${why}; ${blocked ?? ''}`);
  if (observation.pool.spec.paused)
    return verdict('Ready', 'Paused', `${why}; nothing is started while the pool is paused`);
  if (counts.surplus > 0) {
    return verdict('Ready', 'WaitingForSeats', `${why}; the others start when seats are free`);
  }
  if (isReplacement(picture)) return verdict('Ready', 'Replacing', why);
  return hasBeenReady(picture)
    ? verdict('Ready', 'InstancesNotReady', why)
    : verdict('Ready', 'InstancesStarting', why);
}

/** What a stalled pool misses whose instances are all ready. */
function whyNotReady({ observation, counts }: Picture): string {
  if (counts.ready < counts.desired || counts.desired === 0) return '';

  const { revision } = observation.pool;
  const { length } = counts.outdated;
  return length === 0
    ? ', but not everything that the spec asks for could be made'
    : `, but ${plural(length, 'instance')} ${length === 1 ? 'does' : 'do'} not run revision ${revision}, which the spec asks for`;
}

/** Whether nothing is missing but instances that are being replaced, or drain before that. */
function isReplacement(picture: Picture): boolean {
  const { observation, seating, counts } = picture;
  const draining = drainingSlots(picture);
  const absent = new Set(
    [...draining, ...slotsUnderWay(observation, seating.slots)]
      .filter((slot) => !takesNewWork(slot, draining, observation.pool))
      .map(({ name }) => name),
  );
  return absent.size > 0 && counts.ready + absent.size >= counts.desired;
}

/** Whether an instance that is not ready served before. */
function hasBeenReady({ observation, seating }: Picture): boolean {
  return seating.slots.some(({ name, pods }) =>
    pods.some((pod) => !pod.ready && hasServed(name, pod, observation.pool)),
  );
}
