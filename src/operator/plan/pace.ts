import { failsIn } from './pod-failure.ts';
import { isIdle } from './busy.ts';
import { waitingSlots } from './held.ts';
import type { Observation } from './observation.ts';
import type { Picture } from './picture.ts';
import type { Retirement } from './retirement.ts';
import { untilUnready } from './start-trouble.ts';

/** How often held pods are asked again while seats above the maximum wait to be taken back. */
const heldMilliseconds = 2000;
/** While all sessions are over and sidecars only have to say that they know of the drain: they do so at once, or their watch hangs. */
const confirmationMilliseconds = { shortest: 150, longest: 5000, partOfAge: 1 / 4 } as const;
/** While few sessions are left, and while many are. */
const soonMilliseconds = 2000;
const laterMilliseconds = 5000;
const fewSessions = 3;

/** When to look again although nothing changed; undefined: the watches tell of all that this pool waits for (guarantee G8). */
export function lookAgain({ observation, seating, publishing, retiring }: Picture): number | undefined {
  const { gate } = observation;
  const asks = gate?.readable === true && waitingSlots(gate.gate, seating).length > 0;
  const waits = [
    publishing.waitMilliseconds,
    asks ? heldMilliseconds : undefined,
    failsIn(observation, seating.slots),
    ...seating.slots.flatMap(({ pods }) => pods.map(untilUnready)),
    retiring.rollout.mayChange ? laterMilliseconds : undefined,
    ...retiring.retirements.map((retirement) => untilSessionsEnd(retirement, observation)),
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function untilSessionsEnd(
  { load, refusal, waitsFor }: Retirement,
  { drains, drainsAgeMilliseconds }: Observation,
): number | undefined {
  if (refusal === undefined) return undefined;
  // What it waits for is seen by the watches.
  if (waitsFor !== undefined) return laterMilliseconds;
  // Note: what could not be ordered, nobody confirms soon.
  if (!load.known || drains === undefined) return laterMilliseconds;
  if (isIdle(load)) return untilConfirmed(drainsAgeMilliseconds);
  return load.sessions + load.transit <= fewSessions ? soonMilliseconds : laterMilliseconds;
}

/** The longer the list has been as it is, the less it matters to hear of a confirmation a moment earlier. */
function untilConfirmed(listAgeMilliseconds: number): number {
  const { shortest, longest, partOfAge } = confirmationMilliseconds;
  return Math.min(longest, Math.max(shortest, Math.round(listAgeMilliseconds * partOfAge)));
}
