import { GatewayPoolStatus } from '../../api/status.ts';
import type { StoredPool } from '../observe/caches.ts';
import type { PoolIdentity } from '../plan/observation.ts';

/** Who a stored pool is and what its status says. A status that cannot be read counts as none: it is written anew. */
export function poolIdentity({ metadata, status: stored }: StoredPool): PoolIdentity {
  const status = GatewayPoolStatus.safeParse(stored);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    resourceVersion: metadata.resourceVersion ?? '',
    deleting: metadata.deletionTimestamp !== undefined,
    status: status.success ? status.data : undefined,
  };
}
