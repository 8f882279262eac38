/** What decides whether a backend may get new work. */
export interface Standing {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly draining: boolean;
  /** Neither ejected by passive signals nor marked down by checks. */
  readonly healthy: boolean;
}

export interface Eligible<T extends Standing> {
  readonly members: readonly T[];
  /** Health was ignored: with it, fewer than half of the ready backends would be left. */
  readonly panic: boolean;
}

/** Below this share of the ready backends, what looks like many sick backends is more likely a sick network or a wrong check. */
const panicShare = 0.5;

/**
 * Who may get new work. Ready and healthy backends; if they are fewer than half of the ready ones, all ready ones (the panic rule);
 * if none is ready, those that still serve while they end, as kube-proxy does it
 * (https://kubernetes.io/docs/concepts/services-networking/service/#proxy-terminating-endpoints); never one that drains by order.
 */
export function eligibleMembers<T extends Standing>(members: readonly T[]): Eligible<T> {
  const ready = members.filter((member) => member.ready && !member.draining);
  if (ready.length === 0) {
    return { members: members.filter((member) => member.serving && !member.draining), panic: false };
  }
  const healthy = ready.filter((member) => member.healthy);
  return healthy.length < ready.length * panicShare
    ? { members: ready, panic: true }
    : { members: healthy, panic: false };
}
