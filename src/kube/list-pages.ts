import { isGone, KubeError } from './errors.ts';
import { isRecord, trusted } from './json.ts';
import { apiVersionOf, resourcePath } from './object.ts';
import type { KubeObject, ResourceType } from './object.ts';
import type { KubeTransport } from './transport/transport.ts';

/** client-go's page: small enough that one page's JSON never dominates the memory. */
const pageSize = 500;

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const metadataListAccept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** What to list. Without `resourceVersion` a quorum read. */
export interface ListRequest {
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** For each page. */
  readonly deadlineMilliseconds?: number;
}

/** One page, in the order of the server. */
export interface ListPage {
  readonly items: readonly KubeObject[];
  /** Of the whole collection: the same on every page of one list. */
  readonly resourceVersion: string;
  /** Forget the pages before this one: the list expired in the middle and began again. */
  readonly restarted: boolean;
}

/**
 * Lists a collection page by page, so that only one page is in memory. Objects get the `apiVersion` and `kind` of their type, which the
 * API server leaves out in lists.
 *
 * @throws KubeError
 */
export async function* listPages(transport: KubeTransport, request: ListRequest): AsyncGenerator<ListPage> {
  const { type, namespace, labelSelector, fieldSelector, signal, deadlineMilliseconds } = request;
  let limit: string | undefined = String(pageSize);
  let next: string | undefined;
  let restarted = false;

  do {
    let answer: unknown;
    try {
      answer = await transport.request({
        method: 'GET',
        path: resourcePath(type, namespace === undefined ? {} : { namespace }),
        query: { labelSelector, fieldSelector, limit, continue: next },
        ...(request.metadataOnly === true ? { accept: metadataListAccept } : {}),
        signal,
        deadlineMilliseconds,
      });
    } catch (error) {
      // The continue token outlived the server's history (about 5 min). Once more in one piece, which cannot expire.
      if (!isGone(error) || next === undefined) throw error;
      next = undefined;
      limit = undefined;
      restarted = true;
      continue;
    }
    const page = parsePage(answer, type);
    next = page.continue;
    yield { items: page.items, resourceVersion: page.resourceVersion, restarted };
    restarted = false;
  } while (next !== undefined || restarted);
}

interface ParsedPage {
  readonly items: KubeObject[];
  readonly resourceVersion: string;
  readonly continue: string | undefined;
}

function parsePage(answer: unknown, type: ResourceType): ParsedPage {
  const metadata = isRecord(answer) && isRecord(answer['metadata']) ? answer['metadata'] : {};
  const { resourceVersion, continue: token } = metadata;
  if (!isRecord(answer) || typeof resourceVersion !== 'string') {
    throw new KubeError(`Listing ${type.plural} failed: the answer is not a list`, { code: 'BadResponse' });
  }
  // An empty list of a Go server may be null.
  const items = Array.isArray(answer['items']) ? trusted<KubeObject[]>(answer['items']) : [];
  for (const item of items) {
    item.apiVersion = apiVersionOf(type);
    item.kind = type.kind;
  }
  return { items, resourceVersion, continue: typeof token === 'string' && token !== '' ? token : undefined };
}
