import { parseGatewayPool } from '../../api/gatewaypool.ts';
import { labels, requests } from '../../api/identity.ts';
import type { StoredPool } from '../observe/caches.ts';
import type { WatchedDeployment } from '../observe/watched-deployment.ts';
import type { PodSurroundings, WatchedPod } from '../observe/watched-pod.ts';
import { observePod } from '../observe/watched-pod.ts';
import { countedPod } from '../plan/busy.ts';
import type { LiveDeployment, LivePod, LivePool } from '../seat-protocol/seat-api.ts';

/** The pool as it stands at the API server. undefined: its spec makes no sense now, so nothing may be started by it. */
export function livePool(stored: StoredPool): LivePool | undefined {
  const parsed = parseGatewayPool(stored);
  if (!parsed.valid) return undefined;

  const { metadata, spec, status } = parsed.pool;
  const { maxInstances, externalInstances } = status ?? {};
  return {
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    paused: spec.paused,
    restart: metadata.annotations?.[requests.restart],
    limits: { maxInstances: spec.maxInstances, externalInstances: spec.externalInstances.length },
    published: maxInstances === undefined ? undefined : { maxInstances, externalInstances: externalInstances ?? 0 },
  };
}

export function liveDeployment(deployment: WatchedDeployment): LiveDeployment {
  const { name, uid = '', resourceVersion = '' } = deployment.metadata;
  return { slot: name, uid, resourceVersion };
}

/** A pod that lost its slot label belongs to no slot, and still counts as one that may run a gateway. */
export function livePod(pod: WatchedPod, nodeOf: PodSurroundings['nodeOf']): LivePod {
  const slot = pod.metadata.labels?.[labels.slot] ?? pod.metadata.name;
  const { answer: _notAsked, ...counted } = countedPod(
    slot,
    observePod(pod, { nodeOf, progressAge: () => undefined, gatewayAge: () => undefined }),
    undefined,
  );
  return { ...counted, address: pod.status?.podIP };
}
