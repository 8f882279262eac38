import type { KubeObject } from '../object.ts';

/** What `kubectl apply` without --server-side leaves behind: the whole object once more, as a string. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Drops, in place, what no controller reads and what takes most of the memory of a cached object: the managed fields and kubectl's copy
 * of the manifest.
 */
export function trimMetadata<T extends KubeObject>(object: T): T {
  const { metadata } = object;
  delete metadata.managedFields;
  if (metadata.annotations?.[lastAppliedAnnotation] !== undefined) {
    delete metadata.annotations[lastAppliedAnnotation];
  }
  return object;
}
