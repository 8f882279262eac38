import type { Action, Plan } from './actions.ts';
import { staleConfigCopies } from './config-copies.ts';
import { verdictsOf } from './conditions/all.ts';
import { endingEvents } from './ending.ts';
import { transitionEvents } from './events.ts';
import { lossEvents } from './lost.ts';
import type { Observation } from './observation.ts';
import { lookAgain } from './pace.ts';
import type { Picture } from './picture.ts';
import { pictureOf } from './picture.ts';
import { statusOf } from './status.ts';

/**
 * What to do about a pool, and what to tell about it: the whole of the operator's judgement. Pure and total: the same observation and
 * the same `now` give the same plan, and a pool that is as it should be gives one without work.
 *
 * Nobody exceeds the cap (G1, G2):
 * - `slots.ts`, `seating.ts` who sits where, and how many should; `cap.ts`, `replicas.ts` the numbers
 * - `starts.ts`, `take-back.ts`, `held.ts` which slots start, and whose seats come back; `gate-step.ts` how the gate gets there
 * - `publish.ts` when the status may show a new maximum
 *
 * Nobody is cut off (G3 to G5):
 * - `busy.ts` what an instance is busy with; `may-stop.ts` the one rule that lets it end, also at the last look before it does
 * - `retirements.ts` who is to end: `unwanted.ts`, `rollout.ts`, `failed-revision.ts`; `who-goes-first.ts` in which order
 * - `drains.ts`, `stops.ts` how it gets there; `blocked.ts`, `rollout-blocked.ts` what stands against starts and replacements
 *
 * The rest:
 * - `drift.ts`, `good-revision.ts`, `config-copies.ts` what is put back, written down, cleared away
 * - `pods-to-ask.ts`, `pace.ts` whom to ask, and when to look again (G8)
 * - `conditions/`, `slot-status.ts`, `summary.ts`, `events.ts`, `lost.ts`, `ending.ts` how it is told
 */
export function plan(observation: Observation, now: Date): Plan {
  const { pool, gate } = observation;
  if (pool.deleting) return idle(observation);
  // Note: an older view of the pool than the gate's own. What we know better is out of date; its watch will tell.
  if (gate?.readable === true && gate.gate.poolGeneration > pool.generation) return idle(observation);

  const picture = pictureOf(observation);
  const verdicts = verdictsOf(picture);
  return {
    actions: pool.spec.paused ? takeBacksOf(picture) : actionsOf(picture),
    publish: picture.publishing.publish,
    status: statusOf(picture, verdicts, now),
    events: [...transitionEvents(pool, verdicts), ...lossEvents(observation), ...endingEvents(observation)],
    requeueAfterMilliseconds: pool.spec.paused ? undefined : lookAgain(picture),
  };
}

function actionsOf({ observation, counts, step, drains, stop, repairs, notes }: Picture): Action[] {
  const copies = staleConfigCopies(observation);
  return [
    { action: 'EnsureChildren', desiredInstances: counts.desired },
    ...(step === undefined ? [] : [step]),
    ...notes,
    ...(drains === undefined ? [] : [drains]),
    ...repairs,
    ...(stop === undefined ? [] : [stop]),
    ...(copies === undefined ? [] : [copies]),
  ];
}

/** The one thing that is done in a paused pool. */
function takeBacksOf({ drains }: Picture): Action[] {
  return drains === undefined ? [] : [drains];
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
