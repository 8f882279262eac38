/**
 * How long after this pod's endpoint stopped to be ready the sidecars of other pods have seen it. They watch the same EndpointSlices as
 * this one, so the change reaches all within moments of each other. One that is late loses nothing: a connection that it keeps shows in
 * the tables of this pod and is waited for, and a new one is refused, so that its request goes elsewhere.
 */
const peersMilliseconds = 500;

/**
 * The same for kube-proxy, which sends new clients here until then: it gathers changes for up to 1 s (`minSyncPeriod`) and then writes
 * its rules. https://kubernetes.io/docs/reference/networking/virtual-ips/#optimizing-iptables-mode-performance
 * A client that comes later is refused, and nobody is there to send it elsewhere.
 */
const proxiesMilliseconds = 1500;

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
