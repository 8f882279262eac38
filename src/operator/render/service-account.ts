import type { KubeObject } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata } from './pool.ts';

export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken: boolean;
}

/** Who the sidecars are to the API server. The token is mounted into the sidecar alone, by a projected volume of the pod. */
export function serviceAccount(pool: RenderedPool): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: childMetadata(pool, childNames(pool.name).gateway),
    automountServiceAccountToken: false,
  };
}
