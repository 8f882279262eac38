import { fieldManager } from '../../api/identity.ts';
import { ForeignObjectError } from '../../kube/apply/ownership.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import { belongsTo, describeForeign } from '../observe/ownership.ts';
import type { Obstacles } from '../observe/pool-memory.ts';
import type { ForeignObject, Refusal } from '../plan/observation.ts';
import { knownListenerPorts, listenerPorts } from '../render/balancer-config-map.ts';
import { roleBindingType, roleType } from '../resources.ts';
import type { ApplyContext } from './context.ts';
import { ensureConfigCopy } from './config-copy.ts';
import { isGoneOrChanged } from './moved-on.ts';
import { NameTakenError } from './name-taken.ts';
import { refusable, RefusedError } from './refusal.ts';
import type { RenderedChild } from './rendered-children.ts';
import { renderedChildren } from './rendered-children.ts';
import { restoreMetadata, restoreUnapplied } from './restore-metadata.ts';

type Obstacle = { readonly conflict: ForeignObject } | { readonly refusal: Refusal } | undefined;

/**
 * Makes all children but the gate and the slots as they should be, at the same time. One that cannot be made does not keep the others
 * from it; it is told. Throws the first error that another try may mend.
 */
export async function ensureChildren(context: ApplyContext, desiredInstances: number): Promise<Obstacles> {
  const { caches, pool, operatorNamespace } = context;
  const settings = caches.configMaps.get(`${pool.namespace}/${childNames(pool.name).balancer}`);
  const ports = listenerPorts(pool.spec, knownListenerPorts(settings?.data));
  const children = renderedChildren({ pool, ports, desiredInstances, operatorNamespace });

  await restoreUnapplied(context);
  const results = await Promise.allSettled([
    ...sequences(children).map((sequence) => ensureInTurn(context, sequence)),
    ensureConfigSecret(context),
  ]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;

  const obstacles = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  return {
    conflicts: obstacles.flatMap((obstacle) =>
      obstacle !== undefined && 'conflict' in obstacle ? [obstacle.conflict] : [],
    ),
    refusals: obstacles.flatMap((obstacle) =>
      obstacle !== undefined && 'refusal' in obstacle ? [obstacle.refusal] : [],
    ),
  };
}

/** A RoleBinding after its Role: the API server looks at what a binding grants, and refuses one that grants nothing yet. */
function sequences(children: readonly RenderedChild[]): RenderedChild[][] {
  const grants = children.filter(isGrant);
  return [grants, ...children.filter((child) => !isGrant(child)).map((child) => [child])];
}

function isGrant({ type }: RenderedChild): boolean {
  return type === roleType || type === roleBindingType;
}

/** Ends at the first that cannot be made: a Role that is not ours must not be bound. */
async function ensureInTurn(context: ApplyContext, sequence: readonly RenderedChild[]): Promise<Obstacle[]> {
  for (const child of sequence) {
    const obstacle = await ensureChild(context, child);
    if (obstacle !== undefined) return [obstacle];
  }
  return [];
}

async function ensureConfigSecret(context: ApplyContext): Promise<Obstacle[]> {
  return [await obstacleOf('Secret', 'with the copy of the configuration', () => ensureConfigCopy(context))];
}

async function ensureChild(context: ApplyContext, child: RenderedChild): Promise<Obstacle> {
  const { type, name, object } = child;
  const live = context.caches.children.get(type.kind)?.get(`${context.pool.namespace}/${name}`);
  if (object === undefined) {
    if (live !== undefined) await removeChild(context, type, live);
    return undefined;
  }

  try {
    return await obstacleOf(type.kind, name, async () => {
      // The cache does not show what was restored yet; the watch brings us back.
      if (live !== undefined && (await restoreMetadata(context, type, live))) return;
      await context.applier.ensure(type, object, { fieldManager, signal: context.signal });
    });
  } catch (error) {
    if (error instanceof ForeignObjectError && error.code !== 'Garbage') return describeConflict(context, type, name);
    throw error;
  }
}

async function obstacleOf(kind: string, name: string, attempt: () => Promise<void>): Promise<Obstacle> {
  try {
    await refusable(kind, name, attempt);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return { refusal: error.refusal };
    if (error instanceof NameTakenError) return { conflict: error.foreign };
    throw error;
  }
}

async function describeConflict(context: ApplyContext, type: ResourceType, name: string): Promise<Obstacle> {
  const { client, pool, signal } = context;
  const foreign = await client.get<KubeObject>(type, { namespace: pool.namespace, name }, { signal });
  return { conflict: describeForeign({ ...foreign, kind: type.kind }) };
}

/** A client Service of a pool that listens no more, a disruption budget of a pool of one. */
async function removeChild(
  { client, pool, signal }: ApplyContext,
  type: ResourceType,
  live: KubeObject,
): Promise<void> {
  const { uid, deletionTimestamp } = live.metadata;
  if (!belongsTo(live, pool) || deletionTimestamp !== undefined || uid === undefined) return;

  try {
    await client.delete(type, live.metadata, { preconditions: { uid }, signal });
  } catch (error) {
    if (!isGoneOrChanged(error)) throw error;
  }
}
