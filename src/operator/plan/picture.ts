import type { OrderDrains, RememberRevision, RepairSlot, SeatAction, StopAction } from './actions.ts';
import { startsBlockedBy } from './blocked.ts';
import type { Counts } from './counts.ts';
import { countsOf } from './counts.ts';
import { drainsToOrder, drainsToTakeBack } from './drains.ts';
import { slotsToRepair } from './drift.ts';
import { gateStep } from './gate-step.ts';
import { revisionsToRemember } from './good-revision.ts';
import type { Observation } from './observation.ts';
import { drainingSlots } from './progress.ts';
import type { PublishStep } from './publish.ts';
import { publishStep } from './publish.ts';
import type { Retiring } from './retirements.ts';
import { retiringOf } from './retirements.ts';
import type { Seating } from './seating.ts';
import { seatingOf } from './seating.ts';
import { stopNow } from './stops.ts';

/** What was observed and what was decided: from here actions, conditions, summary and Events are told, all with the same reasons. */
export interface Picture extends Decisions {
  readonly observation: Observation;
  readonly seating: Seating;
  readonly counts: Counts;
  /** Why no slot may start now. */
  readonly blocked: string | undefined;
  /** Who is to end, and why no others. */
  readonly retiring: Retiring;
}

/** What is to be done. */
interface Decisions {
  readonly step: SeatAction | undefined;
  readonly drains: OrderDrains | undefined;
  readonly stop: StopAction | undefined;
  readonly repairs: readonly RepairSlot[];
  readonly notes: readonly RememberRevision[];
  readonly publishing: PublishStep;
}

const nothing: Decisions = {
  step: undefined,
  drains: undefined,
  stop: undefined,
  repairs: [],
  notes: [],
  publishing: { publish: undefined, waitMilliseconds: undefined },
};

/** Takes all decisions. A paused pool is only looked at, but for drains that were ordered before: see {@link drainsToTakeBack}. */
export function pictureOf(observation: Observation): Picture {
  const { pool, gate } = observation;
  const seating = seatingOf(observation);
  const retiring = retiringOf(observation, seating);
  const drains = pool.spec.paused ? drainsToTakeBack(observation, retiring) : drainsToOrder(observation, retiring);
  const counts = countsOf(pool, seating, drainingSlots({ observation, seating, drains }));
  const seen = { observation, seating, counts, blocked: startsBlockedBy(observation), retiring };
  if (pool.spec.paused) return { ...seen, ...nothing, drains };

  const step = gateStep(observation, seating);
  const repairs = slotsToRepair(seating, gate?.readable === true ? gate.gate : undefined);
  // Note: a stop rests on what the gate and the sidecars know. While either is about to be told something new, it waits.
  const mayStop = !isComing(step, observation) && drains === undefined;
  const stop = mayStop ? stopNow(observation, retiring.retirements, slotsOf(repairs)) : undefined;
  // Note: both go by the version of the Deployment that was observed, and what they write makes a note needless, or leaves it to the next look.
  const versioned = slotsOf([...(drains?.fences ?? []), ...(stop === undefined ? [] : [stop])]);
  return {
    ...seen,
    step,
    drains,
    stop,
    repairs,
    notes: revisionsToRemember(seating.slots, pool.revision).filter(({ slot }) => !versioned.has(slot)),
    publishing: publishStep(observation, step),
  };
}

function slotsOf(actions: readonly { readonly slot: string }[]): ReadonlySet<string> {
  return new Set(actions.map(({ slot }) => slot));
}

/** Note: starts that the API server refuses, for a quota maybe, are tried again for ever. Whoever is to end may be what makes room. */
function isComing(step: SeatAction | undefined, { refusals }: Observation): boolean {
  if (step?.action !== 'StartSlots') return step !== undefined;
  return !step.slots.some(({ name }) => refusals.some(({ object }) => object === `Deployment ${name}`));
}
