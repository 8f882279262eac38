/**
 * How long after this pod's endpoint stopped to be ready the sidecars of other pods have surely seen it. They watch the same
 * EndpointSlices as this one, so the change reaches all within moments of each other.
 */
const peersMilliseconds = 1000;

/**
 * The same for kube-proxy, which sends new clients here until then: it gathers changes for up to 1 s (`minSyncPeriod`), and then writes
 * its rules. https://kubernetes.io/docs/reference/networking/virtual-ips/#optimizing-iptables-mode-performance
 */
const proxiesMilliseconds = 2000;

/** Counted from the beginning of the drain when this sidecar itself learns nothing from the API server. */
const blindMilliseconds = 5000;

/** What is known of who knows that this pod drains; milliseconds on one clock. */
export interface SettlingFacts {
  readonly drainingSince: number;
  /** Since when the operator's order tells the other sidecars; undefined: it does not. */
  readonly orderedSince: number | undefined;
  /** Since when this pod's endpoint is not ready, as this sidecar saw it; undefined: it is. */
  readonly unreadySince: number | undefined;
}

/** Nobody sends new work to the gateway of this pod any more. */
export function peersHaveNoticed({ drainingSince, orderedSince, unreadySince }: SettlingFacts, now: number): boolean {
  const told = Math.min(orderedSince ?? Number.POSITIVE_INFINITY, unreadySince ?? Number.POSITIVE_INFINITY);
  return now - told >= peersMilliseconds || now - drainingSince >= blindMilliseconds;
}

/** Nobody comes in through the sidecar of this pod any more: its listeners may close. */
export function proxiesHaveNoticed({ drainingSince, unreadySince }: SettlingFacts, now: number): boolean {
  const told = unreadySince ?? Number.POSITIVE_INFINITY;
  return now - told >= proxiesMilliseconds || now - drainingSince >= blindMilliseconds;
}
