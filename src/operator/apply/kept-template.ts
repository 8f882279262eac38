import { annotations } from '../../api/identity.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ownedBy } from '../../kube/apply/ownership.ts';
import type { KubeObject } from '../../kube/object.ts';
import { configCopyOf } from '../observe/config-reference.ts';
import type { GoodRevision } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import { slotSelector } from '../render/pool.ts';
import type { PodTemplate } from '../render/slot-inputs.ts';
import { replicaSetType } from '../resources.ts';

interface ReplicaSet extends KubeObject {
  spec: { template: PodTemplate };
}

/** Which of a Deployment's templates a ReplicaSet holds, counted by Kubernetes' Deployment controller. */
const deploymentRevision = 'deployment.kubernetes.io/revision';

/** Set on each ReplicaSet's pods by the Deployment controller, and refused in a Deployment's own template. */
const templateHash = 'pod-template-hash';

/** The pod template that a slot's Deployment had at this revision, as its newest ReplicaSet of that revision keeps it; undefined: none does. */
export async function keptTemplate(
  client: KubeClient,
  pool: RenderedPool,
  slot: string,
  deploymentUid: string,
  good: GoodRevision,
  signal: AbortSignal,
): Promise<PodTemplate | undefined> {
  const labelSelector = Object.entries(slotSelector(pool, slot))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const { items } = await client.list<ReplicaSet>(replicaSetType, { namespace: pool.namespace, labelSelector, signal });
  const kept = items.filter((item) => ownedBy(item, deploymentUid) && isOf(item.spec.template, good));
  const [newest] = kept.sort((left, right) => ageOf(right) - ageOf(left));
  return newest && withoutHash(newest.spec.template);
}

function isOf({ metadata, spec }: PodTemplate, { revision, configCopy }: GoodRevision): boolean {
  return metadata.annotations?.[annotations.revision] === revision && configCopyOf(spec) === configCopy;
}

function ageOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[deploymentRevision] ?? 0);
}

function withoutHash({ metadata, spec }: PodTemplate): PodTemplate {
  const { [templateHash]: _hash, ...labels } = metadata.labels;
  return { metadata: { labels, annotations: metadata.annotations }, spec };
}
