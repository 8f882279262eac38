import { annotations, fieldManager } from '../../api/identity.ts';
import { takeOver } from '../../kube/apply/managed-fields.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { printGoodRevision } from '../observe/good-revision.ts';
import type { SlotDeployment } from '../render/slot-deployment.ts';
import type { NewTemplate } from '../seat-protocol/seat-api.ts';
import { deploymentType } from '../resources.ts';
import { isGoneOrChanged } from './moved-on.ts';
import { refusable } from './refusal.ts';
import { unless } from './unless.ts';

/** The version of the Deployment that the new template is meant for. */
export interface Expected {
  readonly uid: string;
  readonly resourceVersion: string;
}

/**
 * Applies a slot's Deployment with another pod template, which ends its pod and starts the next. Server-side apply with force: what
 * others have added stays, also `kubectl rollout restart`; what they changed of ours is set back; what we set before and leave out now
 * goes away, in the same write, so that the pod restarts once.
 */
export async function replaceTemplate(
  client: KubeClient,
  rendered: SlotDeployment,
  expected: Expected,
  { to, lastGood }: NewTemplate,
  signal: AbortSignal,
): Promise<'Replaced' | 'Conflict'> {
  const live = await unless(isNotFound, () => client.get<KubeObject>(deploymentType, rendered.metadata, { signal }));
  const { uid, resourceVersion, managedFields = [] } = live?.metadata ?? {};
  if (uid !== expected.uid || resourceVersion !== expected.resourceVersion) return 'Conflict';

  // Note: with uid and resourceVersion in both writes. An apply without the uid would create a Deployment that was deleted meanwhile.
  const handedOver = takeOver(managedFields, fieldManager);
  const version = await unless(isGoneOrChanged, async () => {
    if (handedOver === undefined) return resourceVersion;
    const patch = { metadata: { uid, resourceVersion, managedFields: handedOver } };
    const patched = await client.mergePatch(deploymentType, rendered.metadata, patch, { fieldManager, signal });
    return patched.metadata.resourceVersion;
  });
  if (version === undefined) return 'Conflict';

  const noted = {
    ...(lastGood === undefined ? {} : { [annotations.lastGood]: printGoodRevision(lastGood) }),
    ...(to.kind === 'Current' ? {} : { [annotations.failedRevision]: to.failedRevision }),
  };
  const metadata = { ...rendered.metadata, uid, resourceVersion: version, annotations: noted };
  const applied = await refusable('Deployment', rendered.metadata.name, () =>
    unless(isGoneOrChanged, () =>
      client.apply(deploymentType, { ...rendered, metadata }, { fieldManager, force: true, signal }),
    ),
  );
  return applied === undefined ? 'Conflict' : 'Replaced';
}
