import { isNotFound } from '../../kube/errors.ts';
import type { ObservedSlot } from '../plan/observation.ts';
import { childMetadata } from '../render/pool.ts';
import { deploymentType } from '../resources.ts';
import type { ApplyContext } from './context.ts';
import { NameTakenError, reclaim } from './name-taken.ts';

/**
 * A slot with a pod and no Deployment in the caches: somebody took the Deployment's labels away, and its watch took that for a
 * deletion. Puts the labels back; the watch brings it back then.
 */
export async function reclaimUnlabelled(context: ApplyContext): Promise<void> {
  const { client, pool, observation, signal } = context;
  for (const { name } of observation.slots.filter(isHeadless)) {
    const wanted = { apiVersion: 'apps/v1', kind: deploymentType.kind, metadata: childMetadata(pool, name, name) };
    try {
      await reclaim(client, pool, deploymentType, wanted, signal);
    } catch (error) {
      // Really deleted, or somebody else's: the plan deals with both.
      if (!isNotFound(error) && !(error instanceof NameTakenError)) throw error;
    }
  }
}

function isHeadless({ deployment, pods }: ObservedSlot): boolean {
  return deployment === undefined && pods.some((pod) => !pod.terminating && !pod.ended);
}
