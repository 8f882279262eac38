import { childNames } from '../names.ts';
import type { Service } from './client-service.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata, poolSelector } from './pool.ts';

/**
 * Headless Service without ports: it gives each instance its DNS name, and its EndpointSlices tell the sidecars who is in the pool,
 * ready, serving or terminating. `publishNotReadyAddresses` stays false: with it, every endpoint would be called ready.
 */
export function instancesService(pool: RenderedPool): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(pool, childNames(pool.name).instancesService),
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      publishNotReadyAddresses: false,
      selector: poolSelector(pool),
    },
  };
}
