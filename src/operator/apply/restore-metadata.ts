import { fieldManager } from '../../api/identity.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { byPool } from '../observe/caches.ts';
import { belongsTo } from '../observe/ownership.ts';
import { childNames } from '../names.ts';
import { childLabels, ownerReference } from '../render/pool.ts';
import { configMapType, secretType } from '../resources.ts';
import type { ApplyContext } from './context.ts';

/**
 * Puts back the owner reference and the labels of a child that is ours, whoever took them away: without the first it would outlive
 * its pool, without the others it would not be found. Its content is not touched.
 *
 * @returns whether anything had to be written
 */
export async function restoreMetadata(context: ApplyContext, type: ResourceType, live: KubeObject): Promise<boolean> {
  const { client, pool, signal } = context;
  const references = live.metadata.ownerReferences ?? [];
  const isOwned = references.some(({ uid, controller }) => uid === pool.uid && controller === true);
  const labels = childLabels(pool);
  const isLabelled = Object.entries(labels).every(([name, value]) => live.metadata.labels?.[name] === value);
  if (!belongsTo(live, pool) || (isOwned && isLabelled)) return false;

  const others = references.filter(({ uid }) => uid !== pool.uid);
  const { uid } = live.metadata;
  const patch = { metadata: { uid, labels, ownerReferences: [...others, ownerReference(pool)] } };
  await client.mergePatch(type, live.metadata, patch, { fieldManager, signal });
  return true;
}

/** The same for children whose content has its own rules: the start gate and the copies of the configuration. */
export async function restoreUnapplied(context: ApplyContext): Promise<void> {
  const { caches, pool } = context;
  const gate = caches.configMaps.get(`${pool.namespace}/${childNames(pool.name).seats}`);
  const copies = caches.configCopies.byIndex(byPool, `${pool.namespace}/${pool.name}`);

  await Promise.all([
    ...(gate === undefined ? [] : [restoreMetadata(context, configMapType, gate)]),
    ...copies.map((copy) => restoreMetadata(context, secretType, copy)),
  ]);
}
