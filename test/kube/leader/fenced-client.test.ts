import { describe, expect, it } from '@jest/globals';
import type { CallOptions, KubeClient } from '../../../src/kube/client.ts';
import { LeaseFence, LeaseLostError } from '../../../src/kube/leader/fence.ts';
import { fencedClient } from '../../../src/kube/leader/fenced-client.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { FakeClock } from '../fake-clock.ts';

const type: ResourceType = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true };
const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'team', name: 'a' } };

/** Records which verbs were really sent, and with which options. */
function recordingClient(): { client: KubeClient; sent: { verb: string; options: CallOptions | undefined }[] } {
  const sent: { verb: string; options: CallOptions | undefined }[] = [];
  const record = (verb: string, options: CallOptions | undefined): Promise<never> => {
    sent.push({ verb, options });
    return Promise.reject(new Error('sent'));
  };
  const client: KubeClient = {
    get: (_type, _key, options) => record('get', options),
    list: (_type, options) => record('list', options),
    create: (_type, _object, options) => record('create', options),
    replace: (_type, _object, options) => record('replace', options),
    apply: (_type, _object, options) => record('apply', options),
    mergePatch: (_type, _key, _patch, options) => record('mergePatch', options),
    delete: (_type, _key, options) => record('delete', options),
  };
  return { client, sent };
}

const mutations: { verb: string; call: (client: KubeClient, options: CallOptions) => Promise<unknown> }[] = [
  { verb: 'create', call: (client, options) => client.create(type, object, options) },
  { verb: 'replace', call: (client, options) => client.replace(type, object, options) },
  {
    verb: 'apply',
    call: (client, options) => client.apply(type, object, { fieldManager: 'm', force: true, ...options }),
  },
  { verb: 'mergePatch', call: (client, options) => client.mergePatch(type, object.metadata, {}, options) },
  { verb: 'delete', call: (client, options) => client.delete(type, object.metadata, options) },
];

describe('fencedClient', () => {
  it('covers every verb that a client has', () => {
    const { client } = recordingClient();

    const verbs = Object.keys(client).filter((verb) => verb !== 'get' && verb !== 'list');

    expect(verbs.toSorted()).toEqual(mutations.map(({ verb }) => verb).toSorted());
  });

  it.each(mutations)('sends no $verb without the lease', async ({ call }) => {
    const { client, sent } = recordingClient();
    const fenced = fencedClient(client, new LeaseFence(new FakeClock()));

    await expect(call(fenced, {})).rejects.toThrow(LeaseLostError);

    expect(sent).toEqual([]);
  });

  it.each(mutations)('sends a $verb with a deadline before anybody else can lead', async ({ verb, call }) => {
    const { client, sent } = recordingClient();
    const clock = new FakeClock();
    const fence = new LeaseFence(clock);
    fence.renewed(fence.now());
    await clock.advance(4000);

    await expect(call(fencedClient(client, fence), {})).rejects.toThrow('sent');

    expect(sent).toMatchObject([{ verb, options: { deadlineMilliseconds: 10_000 } }]);
  });

  it.each(mutations)('keeps the shorter deadline and the signal of a $verb', async ({ call }) => {
    const { client, sent } = recordingClient();
    const fence = new LeaseFence(new FakeClock());
    fence.renewed(fence.now());
    const { signal } = new AbortController();

    await expect(call(fencedClient(client, fence), { deadlineMilliseconds: 500, signal })).rejects.toThrow('sent');

    expect(sent[0]?.options).toMatchObject({ deadlineMilliseconds: 500, signal });
  });

  it('lets reads pass without the lease', async () => {
    const { client, sent } = recordingClient();
    const fenced = fencedClient(client, new LeaseFence(new FakeClock()));

    await expect(fenced.get(type, object.metadata)).rejects.toThrow('sent');
    await expect(fenced.list(type, { namespace: 'team' })).rejects.toThrow('sent');

    expect(sent).toEqual([
      { verb: 'get', options: undefined },
      { verb: 'list', options: { namespace: 'team' } },
    ]);
  });
});
