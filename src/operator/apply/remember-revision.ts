import { annotations, fieldManager } from '../../api/identity.ts';
import { printGoodRevision } from '../observe/good-revision.ts';
import type { RememberRevision } from '../plan/actions.ts';
import { deploymentType } from '../resources.ts';
import type { ApplyContext } from './context.ts';
import { isGoneOrChanged, MovedOnError } from './moved-on.ts';

/** Notes on a slot's Deployment what it may go back to. Its pod is not touched. */
export async function rememberRevision(
  { client, pool, signal }: ApplyContext,
  { slot, uid, lastGood }: RememberRevision,
): Promise<void> {
  const patch = { metadata: { uid, annotations: { [annotations.lastGood]: printGoodRevision(lastGood) } } };
  try {
    await client.mergePatch(deploymentType, { namespace: pool.namespace, name: slot }, patch, { fieldManager, signal });
  } catch (error) {
    if (isGoneOrChanged(error)) throw new MovedOnError(`Deployment ${slot} was deleted meanwhile`);
    throw error;
  }
}
