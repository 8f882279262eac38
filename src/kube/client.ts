import type { KubeObject, ObjectKey, ResourceType } from './object.ts';

/** Options that every call takes. The deadline is the transport's (30 s; lists 60 s) unless given. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly deadlineMilliseconds?: number;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ListResult<T extends KubeObject> {
  readonly items: T[];
  readonly resourceVersion: string;
}

export interface ApplyOptions extends CallOptions {
  /** Who owns the fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
  readonly fieldManager: string;
  /** Take fields over from other managers. */
  readonly force: boolean;
  readonly subresource?: 'status' | 'scale';
}

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string;
  /** Strict: unknown fields are an error (400), not dropped. Default: the API server's, which warns. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

export interface DeleteOptions extends CallOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
}

/**
 * The verbs of the Kubernetes API that a controller needs. Reads are quorum reads (no resourceVersion), so what they return is not
 * older than any write that finished before the call. Every method throws `KubeError`.
 */
export interface KubeClient {
  get<T extends KubeObject>(type: ResourceType, key: ObjectKey, options?: CallOptions): Promise<T>;
  list<T extends KubeObject>(type: ResourceType, options?: ListOptions): Promise<ListResult<T>>;
  create<T extends KubeObject>(type: ResourceType, object: T, options?: WriteOptions): Promise<T>;
  /** PUT. With `metadata.resourceVersion` set, a conflict (409) when the object changed since. */
  replace<T extends KubeObject>(type: ResourceType, object: T, options?: WriteOptions): Promise<T>;
  apply<T extends KubeObject>(type: ResourceType, object: T, options: ApplyOptions): Promise<T>;
  mergePatch<T extends KubeObject>(
    type: ResourceType,
    key: ObjectKey,
    patch: Record<string, unknown>,
    options?: WriteOptions & { readonly subresource?: 'status' | 'scale' },
  ): Promise<T>;
  delete(type: ResourceType, key: ObjectKey, options?: DeleteOptions): Promise<void>;
}
