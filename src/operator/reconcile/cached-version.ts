import { gatewayPoolType } from '../../api/identity.ts';
import type { Caches } from '../observe/caches.ts';
import { deploymentType, secretType } from '../resources.ts';

/** How far the cache of a kind has read; undefined for kinds that are not cached. */
export function cachedVersion(caches: Caches, kind: string): string | undefined {
  switch (kind) {
    case gatewayPoolType.kind:
      return caches.pools.resourceVersion;
    case deploymentType.kind:
      return caches.deployments.resourceVersion;
    case secretType.kind:
      return caches.configCopies.resourceVersion;
    default:
      return caches.children.get(kind)?.resourceVersion;
  }
}
