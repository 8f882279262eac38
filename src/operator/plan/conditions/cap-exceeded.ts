import type { Picture } from '../picture.ts';
import { plural } from '../plural.ts';
import type { Verdict } from './verdict.ts';
import { stopHint, verdict } from './verdict.ts';

/** Abnormal when True: more seats are taken than the maximum allows. Guarantee G2: that stops nobody. */
export function capExceeded(picture: Picture): Verdict {
  const { observation, counts } = picture;
  const { spec } = observation.pool;
  const external = spec.externalInstances.length;
  const ofThem = external === 0 ? '' : ` (${external} of them by external instances)`;
  const seats = `${counts.occupiedSeats} of ${plural(spec.maxInstances, 'seat')} taken${ofThem}`;
  if (counts.surplus === 0) return verdict('CapExceeded', 'WithinCap', seats);

  const next = spec.paused
    ? 'while the pool is paused, the start gate stands as it did before'
    : 'an instance that ends is not replaced until the pool is within its maximum again';
  const message = `${seats}, ${counts.surplus} above the maximum. Running instances are not stopped, and ${next}. ${whatToDo(picture)}`;
  return verdict('CapExceeded', 'SurplusInstances', message);
}

/** Note: whoever was told to stop one, and did, must not be told so again: they would stop one that is to stay. */
function whatToDo({ observation, counts, seating, retiring }: Picture): string {
  const { namespace } = observation.pool;
  const leaving = [...seating.toLeave, ...retiring.retirements.map(({ slot }) => slot)].map(({ name }) => name).sort();
  if (leaving.length >= counts.surplus) {
    return `Nothing to do: ${leaving.join(', ')} ${leaving.length === 1 ? 'is' : 'are'} stopping already, and a seat is free once the last session through the pod has ended`;
  }

  const example = seating.slots.findLast(({ name }) => !leaving.includes(name));
  return example === undefined
    ? `${leaving.length === 0 ? 'All of them' : 'The others'} are external: stop one where it runs, and take it out of spec.externalInstances`
    : `To stop one when its sessions allow it, for example: ${stopHint(namespace, example.name)}`;
}
