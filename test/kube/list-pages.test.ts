import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listPages } from '../../src/kube/list-pages.ts';
import type { ListPage, ListRequest } from '../../src/kube/list-pages.ts';
import type { ResourceType } from '../../src/kube/object.ts';
import { createTransport } from '../../src/kube/transport/https-transport.ts';
import { answerJson, answerStatus, startScriptedServer } from '../faults/scripted-server.ts';
import type { Script, ScriptedServer } from '../faults/scripted-server.ts';
import { createTlsTexts } from '../faults/tls-files.ts';
import type { TlsTexts } from '../faults/tls-files.ts';

const pods: ResourceType = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };

const page =
  (resourceVersion: string, names: readonly string[], token?: string): Script =>
  (_request, response) =>
    answerJson(response, 200, {
      kind: 'PodList',
      metadata: { resourceVersion, ...(token === undefined ? {} : { continue: token }) },
      items: names.map((name) => ({ metadata: { name } })),
    });
const expired: Script = (_request, response) => answerStatus(response, 410, 'Expired');

describe('listPages', () => {
  let tls: TlsTexts;
  let server: ScriptedServer;

  beforeAll(async () => {
    tls = await createTlsTexts();
  });

  beforeEach(async () => {
    server = await startScriptedServer(tls);
  });

  afterEach(async () => {
    await server.close();
  });

  async function list(request: Partial<ListRequest> = {}): Promise<ListPage[]> {
    const transport = createTransport(server.connection(), { userAgent: 'test/1.0' });
    const pages: ListPage[] = [];
    for await (const received of listPages(transport, { type: pods, ...request })) pages.push(received);
    transport.close();
    return pages;
  }

  it('follows the continue token to the last page', async () => {
    server.answerInTurn(page('7', ['a', 'b'], 'token-1'), page('7', ['c'], 'token-2'), page('7', ['d']));

    const pages = await list({ namespace: 'x', labelSelector: 'a=b', fieldSelector: 'metadata.name=c' });

    expect(pages.map(({ items }) => items.map(({ metadata }) => metadata.name))).toEqual([['a', 'b'], ['c'], ['d']]);
    expect(server.requests.map(({ path, query }) => [path, Object.fromEntries(query)])).toEqual([
      ['/api/v1/namespaces/x/pods', { labelSelector: 'a=b', fieldSelector: 'metadata.name=c', limit: '500' }],
      [
        '/api/v1/namespaces/x/pods',
        { labelSelector: 'a=b', fieldSelector: 'metadata.name=c', limit: '500', continue: 'token-1' },
      ],
      [
        '/api/v1/namespaces/x/pods',
        { labelSelector: 'a=b', fieldSelector: 'metadata.name=c', limit: '500', continue: 'token-2' },
      ],
    ]);
  });

  it('gives items the type that lists leave out', async () => {
    server.answerInTurn(page('7', ['a']));

    const [only] = await list();

    expect(only?.items).toEqual([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }]);
  });

  it('begins again in one piece when the token expired in the middle', async () => {
    server.answerInTurn(page('7', ['a'], 'token-1'), expired, page('9', ['a', 'b']));

    const pages = await list();

    expect(pages.map(({ restarted, resourceVersion }) => [restarted, resourceVersion])).toEqual([
      [false, '7'],
      [true, '9'],
    ]);
    expect(server.requests[2]?.query.has('limit')).toBe(false);
    expect(server.requests[2]?.query.has('continue')).toBe(false);
  });

  it('passes an expiry of the first page on', async () => {
    server.answerInTurn(expired);

    await expect(list()).rejects.toMatchObject({ status: 410 });
  });

  it('asks for nothing but metadata when told', async () => {
    server.answerInTurn(page('7', []));

    await list({ metadataOnly: true });

    expect(server.requests[0]?.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
  });

  it.each([
    { name: 'null items, as Go writes an empty list', answer: { metadata: { resourceVersion: '7' }, items: null } },
    { name: 'an empty continue token', answer: { metadata: { resourceVersion: '7', continue: '' }, items: [] } },
  ])('ends after $name', async ({ answer }) => {
    server.answer((_request, response) => answerJson(response, 200, answer));

    const pages = await list();

    expect(pages).toEqual([{ items: [], resourceVersion: '7', restarted: false }]);
  });

  it.each([
    { name: 'an object', answer: { kind: 'Pod', metadata: {} } },
    { name: 'null', answer: null },
    { name: 'an array', answer: [] },
  ])('refuses $name in place of a list', async ({ answer }) => {
    server.answer((_request, response) => answerJson(response, 200, answer));

    await expect(list()).rejects.toMatchObject({ code: 'BadResponse', message: expect.stringContaining('not a list') });
  });
});
