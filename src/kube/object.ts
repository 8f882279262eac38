/** What every Kubernetes object has. Plain JSON as the API server sends it: no classes, no Date. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (the fields that we read or write). */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

/** Makes the garbage collector delete the dependent when its owner is gone. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Who set which fields, by server-side apply or update. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  subresource?: string;
  fieldsType?: string;
  fieldsV1?: Record<string, unknown>;
  time?: string;
}

/** One kind as the REST API addresses it. `group` is the empty string for core/v1. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Where an object lives. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

/** `group/version`, or `version` alone for the core group. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** `namespace/name`, or `name` alone for cluster-scoped objects: the key of caches and queues. */
export function keyOf(object: { metadata: { namespace?: string; name: string } }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The REST path of a collection, an object or a subresource: https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export function resourcePath(
  type: ResourceType,
  where: { namespace?: string; name?: string; subresource?: string },
): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = where.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(where.namespace)}`;
  const name = where.name === undefined ? '' : `/${encodeURIComponent(where.name)}`;
  const subresource = where.subresource === undefined ? '' : `/${where.subresource}`;
  return `${root}${scope}/${type.plural}${name}${subresource}`;
}
