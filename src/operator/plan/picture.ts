import type { RepairSlot, SeatAction } from './actions.ts';
import { startsBlockedBy } from './blocked.ts';
import type { Counts } from './counts.ts';
import { countsOf } from './counts.ts';
import { slotsToRepair } from './drift.ts';
import { gateStep } from './gate-step.ts';
import type { Observation } from './observation.ts';
import type { PublishStep } from './publish.ts';
import { publishStep } from './publish.ts';
import type { Seating } from './seating.ts';
import { seatingOf } from './seating.ts';

/** What was observed and what was decided: from here actions, conditions, summary and Events are told, all with the same reasons. */
export interface Picture {
  readonly observation: Observation;
  readonly seating: Seating;
  readonly counts: Counts;
  /** Why no slot may start now. */
  readonly blocked: string | undefined;
  readonly step: SeatAction | undefined;
  readonly repairs: readonly RepairSlot[];
  readonly publishing: PublishStep;
}

/** Takes all decisions. A paused pool is only looked at. */
export function pictureOf(observation: Observation): Picture {
  const { pool, gate } = observation;
  const seating = seatingOf(observation);
  const seen = { observation, seating, counts: countsOf(pool, seating), blocked: startsBlockedBy(observation) };
  if (pool.spec.paused) {
    return { ...seen, step: undefined, repairs: [], publishing: { publish: undefined, waitMilliseconds: undefined } };
  }

  const step = gateStep(observation, seating);
  const repairs = slotsToRepair(seating, gate?.readable === true ? gate.gate : undefined);
  return { ...seen, step, repairs, publishing: publishStep(observation, step) };
}
