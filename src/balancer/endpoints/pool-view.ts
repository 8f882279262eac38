import type { Endpoint, EndpointSlice } from './endpoint-slice.ts';

/** One pod of the pool, as the EndpointSlices tell it. */
export interface SlotEndpoint {
  /** The slot's name: the pod's hostname, the same over restarts and replacements. */
  readonly slot: string;
  readonly podName: string;
  readonly podUid: string;
  readonly address: string;
  /** May get new work. Never true while terminating. */
  readonly ready: boolean;
  /** The pod's Ready condition, also while it ends. False on a lost node. */
  readonly serving: boolean;
  /** The pod is being deleted. Never becomes false again. */
  readonly terminating: boolean;
}

/** Every pod of the pool that has an address, one entry each, sorted by slot and pod UID. */
export type PoolView = readonly SlotEndpoint[];

export type AddressFamily = 'IPv4' | 'IPv6';

/** A pod's own address tells which family to use in a dual-stack cluster: that one surely works between the pool's pods. */
export function addressFamily(address: string): AddressFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/**
 * Joins the slices of a pool's headless Service. A pod may be in several: one slice per address family, and in two of one family for
 * a moment while it moves between them
 * (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#duplicate-endpoints).
 *
 * Endpoints without a hostname or without a pod's UID belong to no slot and are left out.
 */
export function poolView(slices: Iterable<EndpointSlice>, preferred: AddressFamily): PoolView {
  const byPod = new Map<string, SlotEndpoint>();
  for (const slice of slices) {
    for (const endpoint of slice.endpoints) {
      const found = slotEndpoint(endpoint);
      if (found === undefined) continue;

      const known = byPod.get(found.podUid);
      byPod.set(found.podUid, known === undefined ? found : merge(known, found, preferred));
    }
  }
  return [...byPod.values()].sort((a, b) => compare(a.slot, b.slot) || compare(a.podUid, b.podUid));
}

function slotEndpoint({ addresses, conditions, hostname, targetRef }: Endpoint): SlotEndpoint | undefined {
  const address = addresses[0];
  const podUid = targetRef?.uid;
  if (address === undefined || !hostname || !podUid) return undefined;

  // Absent conditions: ready and serving count as true, terminating as false (the API reference of EndpointConditions).
  const terminating = conditions?.terminating ?? false;
  return {
    slot: hostname,
    podName: targetRef?.name ?? hostname,
    podUid,
    address,
    ready: (conditions?.ready ?? true) && !terminating,
    serving: conditions?.serving ?? true,
    terminating,
  };
}

/**
 * Two entries of one pod; one of them may be out of date. `terminating` never goes back, so the entry that says so is the newer one.
 * For the rest each doubt falls on the safe side: no new work unless both agree, and not lost as long as one says that it serves.
 */
function merge(a: SlotEndpoint, b: SlotEndpoint, preferred: AddressFamily): SlotEndpoint {
  const terminating = a.terminating || b.terminating;
  const ready = a.ready && b.ready && !terminating;
  return { ...betterAddress(a, b, preferred), ready, serving: a.serving || b.serving, terminating };
}

function betterAddress(a: SlotEndpoint, b: SlotEndpoint, preferred: AddressFamily): SlotEndpoint {
  const aFits = addressFamily(a.address) === preferred;
  const bFits = addressFamily(b.address) === preferred;
  if (aFits !== bFits) return aFits ? a : b;
  return a.address <= b.address ? a : b;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
