import type { Action, Plan } from './actions.ts';
import { staleConfigCopies } from './config-copies.ts';
import { verdictsOf } from './conditions/all.ts';
import { transitionEvents } from './events.ts';
import { waitingSlots } from './held.ts';
import type { Observation } from './observation.ts';
import type { Picture } from './picture.ts';
import { pictureOf } from './picture.ts';
import { statusOf } from './status.ts';

/** How often held pods are asked again while seats above the maximum wait to be taken back. */
const askAgainMilliseconds = 2000;

/**
 * What to do about a pool, and what to tell about it: the whole of the operator's judgement. Pure and total: the same observation and
 * the same `now` give the same plan, and a pool that is as it should be gives one without work.
 *
 * - `seating.ts` who sits where, and how many should; `cap.ts`, `replicas.ts` the numbers
 * - `starts.ts`, `take-back.ts`, `held.ts` which slots start, and whose seats come back; `gate-step.ts` how the gate gets there
 * - `publish.ts` when the status may show a new maximum
 * - `drift.ts`, `config-copies.ts`, `blocked.ts` the rest
 * - `conditions/`, `slot-status.ts`, `summary.ts`, `events.ts` how it is told
 */
export function plan(observation: Observation, now: Date): Plan {
  const { pool, gate } = observation;
  if (pool.deleting) return idle(observation);
  // Note: an older view of the pool than the gate's own. What we know better is out of date; its watch will tell.
  if (gate?.readable === true && gate.gate.poolGeneration > pool.generation) return idle(observation);

  const picture = pictureOf(observation);
  const verdicts = verdictsOf(picture);
  return {
    actions: pool.spec.paused ? [] : actionsOf(picture),
    publish: picture.publishing.publish,
    status: statusOf(picture, verdicts, now),
    events: transitionEvents(pool, verdicts),
    requeueAfterMilliseconds: pool.spec.paused ? undefined : lookAgain(picture),
  };
}

function actionsOf({ observation, counts, step, repairs }: Picture): Action[] {
  const copies = staleConfigCopies(observation);
  return [
    { action: 'EnsureChildren', desiredInstances: counts.desired },
    ...(step === undefined ? [] : [step]),
    ...repairs,
    ...(copies === undefined ? [] : [copies]),
  ];
}

function lookAgain({ observation, seating, publishing }: Picture): number | undefined {
  const { gate } = observation;
  const asks = gate?.readable === true && waitingSlots(gate.gate, seating).length > 0;
  const waits = [publishing.waitMilliseconds, asks ? askAgainMilliseconds : undefined].filter(
    (wait) => wait !== undefined,
  );
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function idle({ pool }: Observation): Plan {
  return {
    actions: [],
    publish: undefined,
    status: pool.status ?? {},
    events: [],
    requeueAfterMilliseconds: undefined,
  };
}
