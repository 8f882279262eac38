import type { Picture } from '../picture.ts';
import type { Verdict } from './verdict.ts';
import { count, stopHint, verdict } from './verdict.ts';

/** Abnormal when True: more seats are taken than the maximum allows. Guarantee G2: that stops nobody. */
export function capExceeded({ observation, counts, seating }: Picture): Verdict {
  const { namespace, name, spec } = observation.pool;
  const external = spec.externalInstances.length;
  const ofThem = external === 0 ? '' : ` (${external} of them by external instances)`;
  const seats = `${counts.occupiedSeats} of ${count(spec.maxInstances, 'seat')} taken${ofThem}`;
  if (counts.surplus === 0) return verdict('CapExceeded', 'WithinCap', seats);

  const next = spec.paused
    ? 'while the pool is paused, the start gate stands as it did before'
    : 'an instance that ends is not replaced until the pool is within its maximum again';
  const message = `${seats}, ${counts.surplus} above the maximum. Running instances are not stopped, and ${next}. ${whatToDo()}`;
  return verdict('CapExceeded', 'SurplusInstances', message);

  // Note: whoever was told to stop one, and did, must not be told so again: they would stop one that is to stay.
  function whatToDo(): string {
    if (counts.instances === 0)
      return 'All of them are external: stop one where it runs, and take it out of spec.externalInstances';
    const leaving = seating.toLeave.map((slot) => slot.name);
    if (leaving.length < counts.surplus) {
      return `To stop one when its sessions allow it: ${stopHint(namespace, `${name}-<number>`)}`;
    }
    return `Nothing to do: ${leaving.join(', ')} ${leaving.length === 1 ? 'is' : 'are'} stopping already, and a seat is free once the last session through the pod has ended`;
  }
}
