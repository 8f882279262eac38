import type { V1PodDisruptionBudgetSpec } from '@kubernetes/client-node';
import type { KubeObject } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata, poolSelector } from './pool.ts';

export interface PodDisruptionBudget extends KubeObject {
  spec: V1PodDisruptionBudgetSpec;
}

/**
 * One budget for the pool: voluntary evictions take one instance at a time. A pool of one instance gets none: the budget would block
 * every node drain for ever. Pods that are not Ready may always go (AlwaysAllow): they serve nobody.
 */
export function disruptionBudget(pool: RenderedPool, desiredInstances: number): PodDisruptionBudget | undefined {
  if (desiredInstances <= 1) {
    return undefined;
  }

  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: childMetadata(pool, childNames(pool.name).disruptionBudget),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: poolSelector(pool) },
    },
  };
}
