import type { CallOptions, KubeClient, ListOptions, ListResult, WriteOptions } from './client.ts';
import { trusted } from './json.ts';
import { listPages } from './list-pages.ts';
import { resourcePath } from './object.ts';
import type { KubeObject, ObjectKey, ResourceType } from './object.ts';
import type { KubeRequest, KubeTransport, Query } from './transport/transport.ts';

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/: the body may be JSON, which is YAML too. */
const applyContentType = 'application/apply-patch+yaml';
const mergePatchContentType = 'application/merge-patch+json';

/** A list of a large collection takes longer than other calls, in each of its pages. */
const listDeadlineMilliseconds = 60_000;

/** The verbs of the API over a transport. */
export function createKubeClient(transport: KubeTransport): KubeClient {
  async function call<T extends KubeObject>(request: KubeRequest, options: CallOptions = {}): Promise<T> {
    const answer = await transport.request({
      ...request,
      signal: options.signal,
      deadlineMilliseconds: options.deadlineMilliseconds ?? request.deadlineMilliseconds,
    });
    return trusted<T>(answer);
  }

  return {
    get: (type, key, options) => call({ method: 'GET', path: resourcePath(type, key) }, options),

    list: (type, options) => list(transport, type, options),

    create: (type, object, options) =>
      call({ method: 'POST', path: collectionPath(type, object), query: writeQuery(options), body: object }, options),

    replace: (type, object, options) =>
      call(
        { method: 'PUT', path: resourcePath(type, object.metadata), query: writeQuery(options), body: object },
        options,
      ),

    apply: (type, object, options) =>
      call(
        {
          method: 'PATCH',
          path: resourcePath(type, { ...object.metadata, ...subresource(options) }),
          query: { ...writeQuery(options), force: String(options.force) },
          contentType: applyContentType,
          body: object,
        },
        options,
      ),

    mergePatch: (type, key, patch, options) =>
      call(
        {
          method: 'PATCH',
          path: resourcePath(type, { ...key, ...subresource(options) }),
          query: writeQuery(options),
          contentType: mergePatchContentType,
          body: patch,
        },
        options,
      ),

    async delete(type: ResourceType, key: ObjectKey, options = {}) {
      const { preconditions, propagationPolicy } = options;
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy };
      await call({ method: 'DELETE', path: resourcePath(type, key), body }, options);
    },
  };
}

async function list<T extends KubeObject>(
  transport: KubeTransport,
  type: ResourceType,
  options: ListOptions = {},
): Promise<ListResult<T>> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  const deadlineMilliseconds = options.deadlineMilliseconds ?? listDeadlineMilliseconds;
  const items: T[] = [];
  let resourceVersion = '';
  const pages = listPages(transport, {
    type,
    namespace,
    labelSelector,
    fieldSelector,
    signal,
    deadlineMilliseconds,
  });
  for await (const page of pages) {
    if (page.restarted) items.length = 0;
    for (const item of page.items) items.push(trusted<T>(item));
    resourceVersion = page.resourceVersion;
  }
  return { items, resourceVersion };
}

function collectionPath(type: ResourceType, object: KubeObject): string {
  const { namespace } = object.metadata;
  return resourcePath(type, namespace === undefined ? {} : { namespace });
}

function writeQuery({ fieldManager, fieldValidation }: WriteOptions = {}): Query {
  return { fieldManager, fieldValidation };
}

function subresource(options: { readonly subresource?: string } = {}): { subresource?: string } {
  return options.subresource === undefined ? {} : { subresource: options.subresource };
}
