import { afterFailure, afterSuccess, type EjectionState, isEjected, wellBehaved } from './ejection.ts';
import { afterCheck, assumedUp, type CheckState, type Thresholds } from './check-state.ts';
import { afterOutageFailure, isFreshOutage, noOutage, type OutageState } from './outage.ts';

/** All that is known about the health of one target, whatever its source. */
export interface TargetHealth {
  readonly ejection: EjectionState;
  readonly check: CheckState;
  readonly outage: OutageState;
}

export const assumedHealthy: TargetHealth = { ejection: wellBehaved, check: assumedUp, outage: noOutage };

export function isHealthy(health: TargetHealth, now: number): boolean {
  return health.check.up && !isEjected(health.ejection, now);
}

/** A connect failed, or a connection was lost without an answer. */
export function withFailure(health: TargetHealth, now: number): TargetHealth {
  return {
    ...health,
    ejection: afterFailure(health.ejection, now),
    outage: afterOutageFailure(health.outage, now),
  };
}

export function withSuccess(health: TargetHealth): TargetHealth {
  const ejection = afterSuccess(health.ejection);
  return ejection === health.ejection ? health : { ...health, ejection };
}

export function withCheck(health: TargetHealth, passed: boolean, thresholds: Thresholds): TargetHealth {
  const check = afterCheck(health.check, passed, thresholds);
  return check === health.check ? health : { ...health, check };
}

/** Checks of somebody else found it so. */
export function withVerdict(health: TargetHealth, up: boolean): TargetHealth {
  return health.check.up === up ? health : { ...health, check: { up, against: 0 } };
}

/** When its health may change by time alone. */
export function changesAt({ ejection }: TargetHealth, now: number): number {
  return isEjected(ejection, now) ? ejection.ejectedUntil : Number.POSITIVE_INFINITY;
}

/** Work that fails now may move without asking the retry budget. */
export function movesFreely(health: TargetHealth, now: number): boolean {
  return !health.check.up || isFreshOutage(health.outage, now);
}
