import type { PublishLimits } from '../plan/actions.ts';
import type { SeatApi } from './seat-api.ts';

/**
 * Whether new limits may be shown now. A sidecar that read the gate before it was closed may still be about to let its gateway start;
 * once every pod has its seat, there is no such sidecar. Else the plan waits `gateSettleMilliseconds`.
 */
export async function mayPublish(api: SeatApi, publish: PublishLimits): Promise<boolean> {
  if (!publish.onlyIfAllStarted) return true;

  const pods = await api.listPods();
  return pods.every((pod) => pod.ended || !pod.placed || pod.started);
}
