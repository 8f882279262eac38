import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { ReflectorOptions } from '../../../src/kube/reflector/reflector.ts';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import { soon } from '../soon.ts';
import { answerStatus, startScriptedServer, writeEvent } from '../../faults/scripted-server.ts';
import type { ScriptedServer } from '../../faults/scripted-server.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { FakeClock } from '../fake-clock.ts';
import { startReflector } from './recorded-reflector.ts';
import type { RecordedReflector } from './recorded-reflector.ts';
import { bookmark, configMap, endInitialEvents, scriptedCollection } from './scripted-collection.ts';
import type { ScriptedCollection } from './scripted-collection.ts';

describe('reading a collection', () => {
  let tls: TlsTexts;
  let server: ScriptedServer;
  let collection: ScriptedCollection;
  let clock: FakeClock;
  let recorded: RecordedReflector | undefined;

  beforeAll(async () => {
    tls = await createTlsTexts();
  });

  beforeEach(async () => {
    server = await startScriptedServer(tls);
    collection = scriptedCollection(server);
    clock = new FakeClock();
  });

  afterEach(async () => {
    await recorded?.stop();
    await server.close();
  });

  function start(options: Partial<ReflectorOptions<KubeObject>> = {}): RecordedReflector {
    recorded = startReflector(createTransport(server.connection(), { userAgent: 'test/1.0', clock }), clock, options);
    return recorded;
  }

  const synced = ({ reflector }: RecordedReflector) => soon('the first read', () => reflector.hasSynced());

  it('asks for the objects that are there, then their changes, with bookmarks and a random end', async () => {
    collection.objects.set('x', '3');

    const { events, store } = await started({ labelSelector: 'a=b' });

    expect(server.requests.map(({ path, query }) => [path, Object.fromEntries(query)])).toEqual([
      [
        '/api/v1/namespaces/a/configmaps',
        {
          watch: 'true',
          allowWatchBookmarks: 'true',
          labelSelector: 'a=b',
          sendInitialEvents: 'true',
          resourceVersionMatch: 'NotOlderThan',
          timeoutSeconds: '450',
        },
      ],
    ]);
    expect(events).toEqual(['Added x initial']);
    expect(store.resourceVersion).toBe('10');
  });

  async function started(options: Partial<ReflectorOptions<KubeObject>> = {}): Promise<RecordedReflector> {
    const running = start(options);
    await synced(running);
    return running;
  }

  it('shows nothing before everything has arrived', async () => {
    collection.openNextWith((response) => writeEvent(response, 'ADDED', configMap('x', '3')));
    const { reflector, store, events, arrived } = start();
    const watch = await collection.watch(1);
    await soon('the first object', () => arrived.length === 1);

    const before = { synced: reflector.hasSynced(), size: store.size };
    writeEvent(watch, 'ADDED', configMap('y', '4'));
    endInitialEvents(watch, '10');
    await soon('the rest', () => reflector.hasSynced());

    expect(before).toEqual({ synced: false, size: 0 });
    expect(events).toEqual(['Added x initial', 'Added y initial']);
  });

  it('does not take an ordinary bookmark amid the initial objects for their end', async () => {
    collection.openNextWith((response) => {
      bookmark(response, '2');
      writeEvent(response, 'ADDED', configMap('x', '3'));
      endInitialEvents(response, '10');
    });

    const { store } = await started();

    expect(store.resourceVersion).toBe('10');
    expect(store.size).toBe(1);
  });

  it('follows changes on the same stream', async () => {
    const { events, store } = await started();
    const watch = await collection.watch(1);

    writeEvent(watch, 'ADDED', configMap('x', '11'));
    writeEvent(watch, 'MODIFIED', configMap('x', '12'));
    writeEvent(watch, 'DELETED', configMap('x', '13'));
    bookmark(watch, '20');
    await soon('the bookmark', () => store.resourceVersion === '20');

    expect(events).toEqual(['Added x', 'Updated x', 'Deleted x']);
    expect(server.requests).toHaveLength(1);
  });

  it('drops managed fields, applies the transformation and names the type', async () => {
    collection.objects.set('x', '3');

    const { store } = await started({
      transform: (object) => ({ ...object, metadata: { ...object.metadata, labels: { transformed: 'yes' } } }),
    });

    expect(store.get('a/x')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'a', uid: 'uid-of-x', resourceVersion: '3', labels: { transformed: 'yes' } },
    });
  });

  it('asks for metadata only when told, on every way', async () => {
    collection.openNextWith((response) => answerStatus(response, 422, 'Invalid'));

    await started({ metadataOnly: true });
    await collection.watch(2);

    const one = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const list = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    expect(server.requests.map(({ headers }) => headers.accept)).toEqual([one, list, one]);
  });

  it.each([400, 422])('lists page by page when the server answers the initial objects with %d', async (code) => {
    collection.objects.set('x', '3');
    collection.openNextWith((response) =>
      answerStatus(response, code, 'Invalid', { message: 'sendInitialEvents is forbidden' }),
    );

    const { events } = await started();
    await collection.watch(2);

    expect(collection.watches()).toEqual(['initial from now', 'from 10']);
    expect(collection.lists()).toBe(1);
    expect(events).toEqual(['Added x initial']);
  });

  it('lists page by page when the initial objects do not end within a minute', async () => {
    collection.objects.set('x', '3');
    collection.openNextWith((response) => writeEvent(response, 'ADDED', configMap('x', '3')));
    const running = start();
    await soon('the first object', () => running.arrived.length === 1);

    await clock.advance(59_999);
    const before = collection.lists();
    await clock.advance(1);
    await synced(running);

    expect(before).toBe(0);
    expect(collection.lists()).toBe(1);
    expect(running.events).toEqual(['Added x initial']);
    await soon('the first watch to close', () => server.connections.open <= 2);
  });

  it('does not list any more once the server has sent its initial objects', async () => {
    const { reports } = await started();

    await clock.advance(120_000);

    expect(collection.lists()).toBe(0);
    expect(reports).toEqual(['relisted Initial']);
  });

  it('refuses to run twice', async () => {
    const { reflector } = await started();

    await expect(reflector.run(new AbortController().signal)).rejects.toThrow('is already running');
  });

  it('knows how long ago it last heard something', async () => {
    const { reflector } = await started();
    await clock.advance(70_000);
    const quiet = reflector.lastEventAgeMilliseconds();

    bookmark(await collection.watch(1), '11');
    await soon('the bookmark', () => reflector.lastEventAgeMilliseconds() === 0);

    expect(quiet).toBe(70_000);
  });
});
