import type { KubeObject } from '../object.ts';

/** What `kubectl apply` without --server-side leaves behind: the whole object once more, as a string. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The object without what no controller reads and what takes most of the memory of a cached one: the managed fields and kubectl's copy of
 * the manifest.
 */
export function trimMetadata<T extends KubeObject>(object: T): T {
  // Note: copied, not deleted from. V8 turns an object that loses a property into a hash table, which takes twice the memory.
  const { managedFields: _fields, annotations, ...metadata } = object.metadata;
  if (annotations === undefined) return { ...object, metadata };

  const { [lastAppliedAnnotation]: _manifest, ...kept } = annotations;
  return { ...object, metadata: { ...metadata, annotations: kept } };
}
