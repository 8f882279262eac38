import type { DrainList, OrderedDrain } from './observation.ts';

/** The order by which this pod drains; undefined: none. */
export function orderOf(podUid: string, drains: Pick<DrainList, 'draining'> | undefined): OrderedDrain | undefined {
  return drains?.draining.find((order) => order.podUid === podUid);
}
