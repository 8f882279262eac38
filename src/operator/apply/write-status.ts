import { fieldManager, gatewayPoolType } from '../../api/identity.ts';
import type { GatewayPoolStatus } from '../../api/status.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { PoolIdentity } from '../plan/observation.ts';
import { canonicalJson } from '../../kube/canonical-json.ts';

/**
 * Writes the status if it differs from the one observed. A compare-and-swap on the pool's resourceVersion: limits that are published
 * must be those of a plan that saw the newest pool.
 *
 * @returns whether anything was written
 * @throws KubeError 409 `Conflict` when the pool changed since it was observed
 */
export async function writeStatus(
  client: KubeClient,
  pool: PoolIdentity,
  status: GatewayPoolStatus,
  signal: AbortSignal,
): Promise<boolean> {
  if (canonicalJson(status) === canonicalJson(pool.status ?? {})) return false;

  // In a merge patch a member goes away only when it is null.
  const gone = Object.keys(pool.status ?? {}).filter((member) => !(member in status));
  const patch = {
    metadata: { uid: pool.uid, resourceVersion: pool.resourceVersion },
    status: { ...Object.fromEntries(gone.map((member) => [member, null])), ...status },
  };
  await client.mergePatch(gatewayPoolType, pool, patch, { fieldManager, subresource: 'status', signal });
  return true;
}
