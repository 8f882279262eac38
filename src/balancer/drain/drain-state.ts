/** Why a pod drains, and since when. All times are milliseconds on the clock of its node. */
export interface DrainState {
  /** The operator ordered it; `order` tells this order from others that this pod had before. */
  readonly ordered:
    | { readonly since: number; readonly deadlineSeconds: number | null; readonly order: number }
    | undefined;
  /**
   * The pod is being deleted. `sure`: the API server said so. The kubelet's hook alone is not sure: it also runs when the sidecar is
   * restarted by itself.
   */
  readonly ending: { readonly since: number; readonly sure: boolean } | undefined;
}

export const notDraining: DrainState = { ordered: undefined, ending: undefined };

/** What a draining pod is at. */
export interface Standing {
  readonly cause: 'Ordered' | 'PodEnding';
  readonly since: number;
  /** null: it waits as long as it takes. */
  readonly deadline: number | null;
}

/** What `drains.yaml` says of one pod. */
export interface Order {
  readonly deadlineSeconds: number | null;
  /** `generation` of the list with which the order began. */
  readonly since: number;
}

/**
 * The order as it stands now; undefined: there is none, or none any more. A changed deadline counts from the same start; an order that
 * was taken back and given anew begins anew, also when nobody here saw that it was gone for a while.
 */
export function withOrder(state: DrainState, order: Order | undefined, now: number): DrainState {
  if (order === undefined) return { ...state, ordered: undefined };
  const before = state.ordered?.order === order.since ? state.ordered : undefined;
  return {
    ...state,
    ordered: { since: before?.since ?? now, deadlineSeconds: order.deadlineSeconds, order: order.since },
  };
}

/** The pod is being deleted. That is never taken back. */
export function withEnding(state: DrainState, sure: boolean, now: number): DrainState {
  const { since = now, sure: wasSure = false } = state.ending ?? {};
  return { ...state, ending: { since, sure: wasSure || sure } };
}

/** What the next process of the same pod goes on with. An ending that nobody confirmed was the restart of the sidecar. */
export function afterRestart(state: DrainState): DrainState {
  return state.ending?.sure === true ? state : { ...state, ending: undefined };
}

/**
 * null: it does not drain. When the pod is being deleted, the deadlines of both the order and the deletion hold: whichever is first.
 *
 * @param endingDeadlineSeconds how long a pod that is being deleted may take
 */
export function standingOf({ ordered, ending }: DrainState, endingDeadlineSeconds: number): Standing | null {
  const orderedDeadline =
    ordered === undefined || ordered.deadlineSeconds === null ? null : ordered.since + ordered.deadlineSeconds * 1000;
  if (ending !== undefined) {
    const deadline = ending.since + endingDeadlineSeconds * 1000;
    return { cause: 'PodEnding', since: ending.since, deadline: Math.min(deadline, orderedDeadline ?? deadline) };
  }
  return ordered === undefined ? null : { cause: 'Ordered', since: ordered.since, deadline: orderedDeadline };
}

/** What /sessions tells of a drain. */
export interface DrainReport {
  readonly cause: Standing['cause'];
  readonly deadlineReached: boolean;
  /** null: it waits as long as it takes. */
  readonly remainingSeconds: number | null;
}

export function reportOf({ cause, deadline }: Standing, now: number): DrainReport {
  if (deadline === null) return { cause, deadlineReached: false, remainingSeconds: null };
  return { cause, deadlineReached: now >= deadline, remainingSeconds: Math.max(0, Math.ceil((deadline - now) / 1000)) };
}
