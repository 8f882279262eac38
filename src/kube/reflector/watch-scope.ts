import { resourcePath } from '../object.ts';
import type { ResourceType } from '../object.ts';
import type { Query } from '../transport/transport.ts';

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const metadataWatchAccept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Which objects: a type, and what narrows it. */
export interface WatchScope {
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Only `metadata` is sent: no Secret's value, no pod's spec. */
  readonly metadataOnly?: boolean;
}

/** A watch of the scope as a request. Empty `resourceVersion` = from now on; `initialEvents` = first everything that is there. */
export function watchRequest(
  scope: WatchScope,
  from: { readonly resourceVersion: string; readonly initialEvents: boolean; readonly timeoutSeconds: number },
): { path: string; query: Query; accept?: string } {
  const { type, namespace, labelSelector, fieldSelector } = scope;
  return {
    path: resourcePath(type, namespace === undefined ? {} : { namespace }),
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      labelSelector,
      fieldSelector,
      resourceVersion: from.resourceVersion === '' ? undefined : from.resourceVersion,
      timeoutSeconds: String(from.timeoutSeconds),
      ...(from.initialEvents ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : {}),
    },
    ...(scope.metadataOnly === true ? { accept: metadataWatchAccept } : {}),
  };
}

/** The scope in a message, such as `pods in default`. */
export function describeScope({ type, namespace, labelSelector, fieldSelector }: WatchScope): string {
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const selectors = [labelSelector, fieldSelector].filter((selector) => selector !== undefined);
  return `${type.plural}${where}${selectors.length === 0 ? '' : ` (${selectors.join(', ')})`}`;
}
