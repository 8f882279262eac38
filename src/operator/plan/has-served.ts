import type { SlotState } from '../../api/status.ts';
import type { ObservedPod, ObservedPool } from './observation.ts';

/**
 * States that an instance is in after it was ready once. Note: one on a lost node too, or it would be called late when the node is back.
 * One that never was ready is Starting there as well.
 */
const served: readonly SlotState[] = ['Ready', 'NotReady', 'Draining', 'Lost'];

/** Whether the pod was ready once. The last status is the one memory there is of it. */
export function hasServed(slot: string, pod: ObservedPod, { status }: Pick<ObservedPool, 'status'>): boolean {
  const before = status?.slots?.find(({ name }) => name === slot);
  return before?.pod === pod.name && served.includes(before.state);
}
