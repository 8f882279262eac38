/**
 * What real traffic taught about one target. A target that fails repeatedly is left out for a while, longer each time. Times are
 * milliseconds of the monotonic clock.
 */
export interface EjectionState {
  /** Local failures (failed connect, reset without an answer) since the last success. */
  readonly failures: number;
  /** How often it was ejected in this bad spell. */
  readonly ejections: number;
  readonly ejectedUntil: number;
}

export const wellBehaved: EjectionState = { failures: 0, ejections: 0, ejectedUntil: Number.NEGATIVE_INFINITY };

const failuresToEject = 3;
const stepMilliseconds = 5000;
const longestMilliseconds = 60_000;

/** Without an ejection for this long, the next one is short again. */
const forgetMilliseconds = 60_000;

export function isEjected(state: EjectionState, now: number): boolean {
  return now < state.ejectedUntil;
}

/**
 * After a failed connect or a connection lost without an answer. The third in a row ejects for 5 s, then 10 s, and so on up to 60 s.
 * While ejected, failures say nothing new: they come from work that was under way, or from the panic rule.
 */
export function afterFailure(state: EjectionState, now: number): EjectionState {
  if (isEjected(state, now)) return state;
  const failures = state.failures + 1;
  if (failures < failuresToEject) return { ...state, failures };

  const ejections = now - state.ejectedUntil > forgetMilliseconds ? 1 : state.ejections + 1;
  return {
    failures: 0,
    ejections,
    ejectedUntil: now + Math.min(ejections * stepMilliseconds, longestMilliseconds),
  };
}

/** After an answer. Does not end an ejection: one answer among failures proves little. */
export function afterSuccess(state: EjectionState): EjectionState {
  return state.failures === 0 ? state : { ...state, failures: 0 };
}
