import { fieldManager } from '../../api/identity.ts';
import type { OwnerReference } from '../../kube/object.ts';
import type { RepairSlot } from '../plan/actions.ts';
import { childLabels, ownerReference } from '../render/pool.ts';
import { slotSettings } from '../render/slot-deployment.ts';
import { deploymentType } from '../resources.ts';
import type { ApplyContext } from './context.ts';
import { isGoneOrChanged, MovedOnError } from './moved-on.ts';

/**
 * Puts back replicas, settings and metadata of a slot's Deployment. By a merge patch with the uid in it: unlike an apply, that can
 * neither create the Deployment again when somebody deletes it meanwhile, nor touch the pod template, whose change would restart a pod.
 */
export async function repairSlot(context: ApplyContext, { slot, uid, what }: RepairSlot): Promise<void> {
  const { client, pool, signal } = context;
  const { replicas, ...settings } = slotSettings(pool);
  const patch = {
    metadata: {
      uid,
      labels: childLabels(pool, slot),
      ...(what.includes('ownerReferences') ? { ownerReferences: restoredOwners(context, slot) } : {}),
    },
    // A rolling update's settings would make `Recreate` invalid.
    spec: {
      ...(what.includes('replicas') ? { replicas } : {}),
      ...settings,
      strategy: { ...settings.strategy, rollingUpdate: null },
    },
  };
  try {
    await client.mergePatch(deploymentType, { namespace: pool.namespace, name: slot }, patch, { fieldManager, signal });
  } catch (error) {
    if (isGoneOrChanged(error)) throw new MovedOnError(`Deployment ${slot} was deleted meanwhile`);
    throw error;
  }
}

function restoredOwners({ caches, pool }: ApplyContext, slot: string): OwnerReference[] {
  const deployment = caches.deployments.get(`${pool.namespace}/${slot}`);
  const others = deployment?.metadata.ownerReferences?.filter((reference) => reference.uid !== pool.uid) ?? [];
  return [...others, ownerReference(pool)];
}
