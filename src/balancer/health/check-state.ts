/** What active checks say of one target. */
export interface CheckState {
  readonly up: boolean;
  /** Checks in a row that disagree with `up`. */
  readonly against: number;
}

export interface Thresholds {
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}

/** Kubernetes calls it ready, so it is up until checks say otherwise. */
export const assumedUp: CheckState = { up: true, against: 0 };

/** Turns only after as many contrary results in a row as the thresholds say. */
export function afterCheck(state: CheckState, passed: boolean, thresholds: Thresholds): CheckState {
  if (passed === state.up) return state.against === 0 ? state : { up: state.up, against: 0 };
  const against = state.against + 1;
  const needed = state.up ? thresholds.unhealthyThreshold : thresholds.healthyThreshold;
  return against >= needed ? { up: !state.up, against: 0 } : { up: state.up, against };
}
