import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { belongsTo, describeForeign } from '../observe/ownership.ts';
import type { ForeignObject } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';

/** A name that the pool needs belongs to an object of somebody else. */
export class NameTakenError extends Error {
  override readonly name = 'NameTakenError';
  readonly foreign: ForeignObject;

  constructor(foreign: ForeignObject, cause?: unknown) {
    super(`Did not touch ${foreign.kind} ${foreign.name}: it ${foreign.owner} and is not of this pool`, { cause });
    this.foreign = foreign;
  }
}

/**
 * Looks at the object that is in the way of one of ours. If it is ours, somebody removed the labels by which the caches find it, and
 * they are put back; nothing else is changed.
 *
 * @returns the object as it is now
 * @throws NameTakenError when it is not of this pool
 */
export async function reclaim(
  client: KubeClient,
  pool: RenderedPool,
  type: ResourceType,
  rendered: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  const key = { namespace: pool.namespace, name: rendered.metadata.name };
  const present = await client.get<KubeObject>(type, key, { signal });
  if (!belongsTo(present, pool)) throw new NameTakenError(describeForeign({ ...present, kind: type.kind }));

  const { labels } = rendered.metadata;
  const isLabelled = Object.entries(labels ?? {}).every(([name, value]) => present.metadata.labels?.[name] === value);
  if (isLabelled) return present;

  return client.mergePatch(type, key, { metadata: { uid: present.metadata.uid, labels } }, { signal });
}
