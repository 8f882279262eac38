import { drainsKey, parseDrains } from '../../balancer/drain/drains.ts';
import type { ObservedDrains } from '../plan/observation.ts';
import type { WatchedConfigMap } from './caches.ts';

/**
 * The drains that were ordered. A text that somebody damaged orders none; the next write mends it. Generations of an earlier pool of the
 * same name say nothing of this one; its drains do, because its pods may still run.
 */
export function observeDrains({ metadata, data }: WatchedConfigMap, poolUid: string): ObservedDrains {
  const { resourceVersion = '' } = metadata;
  const parsed = parseDrains(data?.[drainsKey]);
  if (!parsed.ok || parsed.drains.generation === 0) {
    return { resourceVersion, generation: lostGeneration(resourceVersion), poolGeneration: 0, draining: [] };
  }

  const { generation, poolGeneration, draining } = parsed.drains;
  const isOfThisPool = parsed.drains.poolUid === poolUid;
  return { resourceVersion, generation, poolGeneration: isOfThisPool ? poolGeneration : 0, draining };
}

/**
 * Generations of a lost list must not come back: a sidecar that last read the old one would seem to know the new one. A
 * resourceVersion grows for ever, and by every write, so counting goes on from there.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
function lostGeneration(resourceVersion: string): number {
  const number = Number(resourceVersion);
  return Number.isSafeInteger(number) ? number : 0;
}
