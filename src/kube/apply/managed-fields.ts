import { isRecord } from '../json.ts';
import type { ManagedFieldsEntry } from '../object.ts';

/**
 * The managed fields of an object whose fields we once set by POST or PUT (operation `Update`), with those taken over into our `Apply`
 * entry; undefined when there is nothing to take over. Without this, a field of the POST that a later apply leaves out stays for ever: it
 * still has an owner, our own `Update` entry. The same as client-go's csaupgrade.
 */
export function takeOver(entries: readonly ManagedFieldsEntry[], manager: string): ManagedFieldsEntry[] | undefined {
  const ours = entries.filter((entry) => entry.manager === manager && (entry.subresource ?? '') === '');
  const applied = ours.find((entry) => entry.operation === 'Apply');
  const apiVersion = applied?.apiVersion ?? ours[0]?.apiVersion;
  // Fields of another version have other names; the API server converts them when it writes the entry next.
  const updates = ours.filter((entry) => entry.operation === 'Update' && entry.apiVersion === apiVersion);
  const [first] = updates;
  if (first === undefined) return undefined;

  const fieldsV1 = [...(applied === undefined ? [] : [applied]), ...updates].reduce<Record<string, unknown>>(
    (union, entry) => unionOf(union, entry.fieldsV1 ?? {}),
    {},
  );
  const kept = entries.filter((entry) => entry !== applied && !updates.includes(entry));
  return [...kept, { ...(applied ?? first), operation: 'Apply', fieldsV1 }];
}

/** Both sets of fields: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/#System (fieldsV1). */
function unionOf(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const union = { ...a };
  for (const [field, below] of Object.entries(b)) {
    const known = union[field];
    union[field] = isRecord(known) && isRecord(below) ? unionOf(known, below) : below;
  }
  return union;
}
