import type { ResolvedSpec } from '../../api/resolve.ts';
import { fieldManager, gatewayPoolType, labels } from '../../api/identity.ts';
import type { ObjectMeta, OwnerReference } from '../../kube/object.ts';
import { apiVersionOf } from '../../kube/object.ts';

/** What rendering needs to know of a pool: who it is and what its user wants, defaults of its profile filled in. */
export interface RenderedPool {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly spec: ResolvedSpec;
  /** Its annotation `pam.gatewaypool.io/restart`: another value makes all instances outdated. */
  readonly restart?: string | undefined;
}

/** The labels that a Service or a disruption budget selects the pool's pods by. */
export function poolSelector(pool: { readonly name: string }): Record<string, string> {
  return { [labels.pool]: pool.name };
}

/** The labels that a slot's Deployment selects its pods by. Immutable in apps/v1: never change them. */
export function slotSelector(pool: { readonly name: string }, slot: string): Record<string, string> {
  return { [labels.pool]: pool.name, [labels.slot]: slot };
}

/** Labels of every child. The user's own labels are not copied: a tool that prunes by label would take the children along. */
export function childLabels(pool: { readonly name: string }, slot?: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'gatewaypool',
    'app.kubernetes.io/instance': pool.name,
    'app.kubernetes.io/managed-by': fieldManager,
    [labels.pool]: pool.name,
    ...(slot === undefined ? {} : { [labels.slot]: slot }),
  };
}

/** Ties the child's life to the pool's: deleting the pool garbage-collects it. */
export function ownerReference(pool: { readonly name: string; readonly uid: string }): OwnerReference {
  return {
    apiVersion: apiVersionOf(gatewayPoolType),
    kind: gatewayPoolType.kind,
    name: pool.name,
    uid: pool.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Metadata that all children share. */
export function childMetadata(
  pool: { readonly name: string; readonly namespace: string; readonly uid: string },
  name: string,
  slot?: string,
): ObjectMeta {
  return {
    name,
    namespace: pool.namespace,
    labels: childLabels(pool, slot),
    ownerReferences: [ownerReference(pool)],
  };
}
