import { isRecord } from '../../kube/json.ts';
import { excludesMember } from '../render/template-overlay.ts';

/**
 * Whether a set of managed fields names a field that `ours` contains, or one that takes a field of ours away. With another manager's set
 * and our own object, this tells that somebody changed what we had set; what they added beside it does not count.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 *
 * @param fields `fieldsV1`, or a part of it: `f:name` is a member, `k:{"name":"x"}` a list element by its key, `v:"x"` one by its value.
 * @param field the name of the member that `ours` is, or is in a list of
 */
export function claims(fields: unknown, ours: unknown, field = ''): boolean {
  if (!isRecord(fields)) return false;

  return Object.entries(fields).some(([step, below]) => {
    if (step === '.') return false;
    const name = step.startsWith('f:') ? step.slice(2) : field;
    if (isRecord(ours) && excludesMember(field, name, ours)) return true;

    const member = memberAt(step, ours);
    if (member === undefined) return false;
    return isRecord(below) && Object.keys(below).length > 0 ? claims(below, member, name) : true;
  });
}

function memberAt(step: string, ours: unknown): unknown {
  const detail = step.slice(2);
  if (step.startsWith('f:')) return isRecord(ours) ? ours[detail] : undefined;
  if (!Array.isArray(ours)) return undefined;

  const wanted: unknown = JSON.parse(detail);
  return ours.find((element: unknown) => (step.startsWith('k:') ? hasKey(element, wanted) : element === wanted));
}

function hasKey(element: unknown, key: unknown): boolean {
  if (!isRecord(element) || !isRecord(key)) return false;
  // A port's protocol is in the key although nobody has to write it.
  const valueOf = (name: string): unknown => element[name] ?? (name === 'protocol' ? 'TCP' : undefined);
  return Object.entries(key).every(([name, value]) => valueOf(name) === value);
}
