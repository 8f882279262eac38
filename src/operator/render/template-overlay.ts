import { isRecord } from '../../kube/json.ts';

/** A JSON object, as a user wrote it. */
export type JsonObject = { [member: string]: unknown };

/** Lists whose elements are merged one by one, by the fields that tell them apart. All other lists are replaced as a whole. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumeMounts: ['mountPath'],
};

/** Fields whose absence means a value, so that two elements are known to be the same one. */
const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** Members of which an object may have one only: writing another one takes the first one away. */
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const alternatives: Readonly<Record<string, readonly string[]>> = {
  env: ['value', 'valueFrom'],
  livenessProbe: handlers,
  readinessProbe: handlers,
  startupProbe: handlers,
};

/**
 * Lays a user's pod template over ours as `kubectl patch --type strategic` does: objects are merged, `null` removes a member, the
 * lists above are merged by their keys, `$patch: delete` and `$patch: replace` are obeyed.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/#notes-on-the-strategic-merge-patch
 *
 * One thing is easier than in kubectl: what excludes another member (an env value and its valueFrom, two handlers of a probe, two
 * sources of a volume) takes its place, so that nobody has to write `exec: null`.
 */
export function mergeTemplate(base: JsonObject, overlay: JsonObject): JsonObject {
  return mergeObject(base, overlay, '');
}

function mergeObject(base: JsonObject, overlay: JsonObject, field: string): JsonObject {
  if (overlay['$patch'] === 'replace') {
    return withoutDirective(overlay);
  }

  const merged = withoutAlternatives(base, overlay, field);
  for (const [name, value] of Object.entries(withoutDirective(overlay))) {
    const below = merged[name];
    if (value === null || (isRecord(value) && value['$patch'] === 'delete')) {
      delete merged[name];
    } else if (isRecord(value)) {
      merged[name] = mergeObject(isRecord(below) ? below : {}, value, name);
    } else if (Array.isArray(value)) {
      merged[name] = mergeList(Array.isArray(below) ? below : [], value, name);
    } else {
      merged[name] = value;
    }
  }
  return merged;
}

function mergeList(base: readonly unknown[], overlay: readonly unknown[], field: string): unknown[] {
  const keys = mergeKeys[field];
  if (keys === undefined) {
    return [...overlay];
  }
  if (overlay.some((element) => isRecord(element) && element['$patch'] === 'replace')) {
    return overlay.filter((element) => !isRecord(element) || element['$patch'] === undefined);
  }

  const merged = [...base];
  for (const element of overlay) {
    mergeElement(merged, element, field, keys);
  }
  return merged;
}

/** Changes the element of the same key in place, so that ours keep their order; new ones go to the end. */
function mergeElement(merged: unknown[], element: unknown, field: string, keys: readonly string[]): void {
  if (!isRecord(element)) {
    merged.push(element);
    return;
  }
  const at = merged.findIndex((candidate) => isRecord(candidate) && sameKey(candidate, element, keys));
  const before = at === -1 ? {} : merged[at];
  if (element['$patch'] === 'delete') {
    merged.splice(at, at === -1 ? 0 : 1);
    return;
  }

  const after = mergeObject(isRecord(before) ? before : {}, element, field);
  merged.splice(at === -1 ? merged.length : at, at === -1 ? 0 : 1, after);
}

function sameKey(left: JsonObject, right: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => (left[key] ?? keyDefaults[key]) === (right[key] ?? keyDefaults[key]));
}

function withoutAlternatives(base: JsonObject, overlay: JsonObject, field: string): JsonObject {
  const chosen = Object.keys(overlay).filter((name) => isAlternative(field, name) && overlay[name] !== null);
  if (chosen.length === 0) {
    return { ...base };
  }

  return Object.fromEntries(
    Object.entries(base).filter(([name]) => !isAlternative(field, name) || chosen.includes(name)),
  );
}

/** Whether an object in `field` (a list's elements count as in the list's field) can have only one of `name` and its like. */
function isAlternative(field: string, name: string): boolean {
  return field === 'volumes' ? name !== 'name' : (alternatives[field]?.includes(name) ?? false);
}

/** Whether a member called `name` would take a member of this object away. */
export function excludesMember(field: string, name: string, object: JsonObject): boolean {
  return (
    isAlternative(field, name) && Object.keys(object).some((other) => other !== name && isAlternative(field, other))
  );
}

function withoutDirective(object: JsonObject): JsonObject {
  const { $patch: _directive, ...rest } = object;
  return rest;
}
