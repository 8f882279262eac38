import type { PoolView, SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import type { OwnPod } from '../../../src/balancer/seat/held.ts';
import type { GateReading } from '../../../src/balancer/seat/gate.ts';
import type { Seats } from '../../../src/balancer/seat/seats.ts';

/** The pod whose seat is asked for: its UID sorts between `a…` and `z…`. */
export const own: OwnPod = { slot: 'prod-0', podName: 'prod-0-mine', podUid: 'm-uid' };

/** A pod of the own slot that is neither ready nor ending: it waits in its startup. */
export function podOf(podUid: string, state: Partial<SlotEndpoint> = {}): SlotEndpoint {
  return {
    slot: own.slot,
    podName: podUid === own.podUid ? own.podName : `prod-0-${podUid}`,
    podUid,
    address: `10.1.0.${podUid.length}`,
    ready: false,
    serving: false,
    terminating: false,
    ...state,
  };
}

export const running = { ready: true, serving: true };
export const ending = { ready: false, serving: true, terminating: true };
export const lost = { ready: false, serving: false, terminating: true };

/** The own pod beside others. */
export function viewOf(...others: SlotEndpoint[]): PoolView {
  return [podOf(own.podUid), ...others];
}

/** A gate that lets every pod of the own slot start. */
export function seatsOf(fields: Partial<Seats> = {}): Seats {
  return { generation: 7, maxInstances: 2, mode: 'SelfHeal', slots: ['prod-0', 'prod-1'], seated: [], ...fields };
}

export function gateOf(fields: Partial<Seats> = {}): GateReading {
  return { kind: 'Seats', seats: seatsOf(fields) };
}
