import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
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
import type { Opening, ScriptedCollection } from './scripted-collection.ts';

const refuse: Opening = (response) => answerStatus(response, 500, 'InternalError');

describe('comparing the cache with the API server', () => {
  let tls: TlsTexts;
  let server: ScriptedServer;
  let collection: ScriptedCollection;
  let clock: FakeClock;
  let recorded: RecordedReflector;
  let watch: ServerResponse;

  beforeAll(async () => {
    tls = await createTlsTexts();
  });

  beforeEach(async () => {
    server = await startScriptedServer(tls);
    collection = scriptedCollection(server);
    collection.objects.set('x', '3');
    collection.objects.set('y', '4');
    clock = new FakeClock();
  });

  afterEach(async () => {
    await recorded.stop();
    await server.close();
  });

  async function started(): Promise<void> {
    const transport = createTransport(server.connection(), { userAgent: 'test/1.0', clock });
    recorded = startReflector(transport, clock);
    await soon('the first read', () => recorded.reflector.hasSynced());
    watch = await collection.watch(1);
  }

  /** A bookmark that has arrived: it keeps the watch from being taken for dead. */
  async function liveUntil(resourceVersion: string): Promise<void> {
    bookmark(watch, resourceVersion);
    await soon('the bookmark', () => recorded.store.resourceVersion === resourceVersion);
  }

  /** Ten minutes pass, with bookmarks so often that the watch is never taken for dead, also in the next two minutes. */
  async function tenMinutes(): Promise<void> {
    for (const seconds of [100, 100, 100, 100, 100, 99, 1]) {
      await liveUntil(String(Number(recorded.store.resourceVersion) + 1));
      await clock.advance(seconds * 1000);
    }
  }

  const comparisons = (): string[] => collection.watches().slice(1);

  it('happens every ten minutes, on metadata, in one request, and says nothing when all is well', async () => {
    await started();

    await tenMinutes();
    await soon('the comparison', () => comparisons().length === 1);
    await tenMinutes();
    await soon('the comparison', () => comparisons().length === 2);

    expect(comparisons()).toEqual(['initial from 17', 'initial from 24']);
    expect(server.requests[1]?.headers.accept).toContain('as=PartialObjectMetadata;');
    expect(recorded.reports).toEqual(['relisted Initial']);
    await soon('the comparisons to close', () => server.connections.open === 1);
  });

  it.each([
    { name: 'was never added', change: (objects: Map<string, string>) => objects.set('z', '12'), missed: 'Added z' },
    {
      name: 'was never changed',
      change: (objects: Map<string, string>) => objects.set('y', '12'),
      missed: 'Updated y',
    },
    { name: 'was never deleted', change: (objects: Map<string, string>) => objects.delete('y'), missed: 'Deleted y' },
  ])('counts and repairs an object that $name in the cache', async ({ change, missed }) => {
    await started();
    change(collection.objects);
    collection.resourceVersion = '12';

    await tenMinutes();
    await soon('the repair', () => recorded.events.length === 3);

    expect(recorded.events.at(-1)).toBe(missed);
    expect(recorded.reports).toEqual(['relisted Initial', 'missed 1', 'relisted Missed']);
    expect(collection.watches().at(-1)).toBe('initial from now');
  });

  it('gives an event the time to arrive', async () => {
    await started();
    collection.objects.set('z', '500');
    collection.resourceVersion = '500';
    await tenMinutes();
    await soon('the settling', () => clock.nextDueMilliseconds === 1000);

    await clock.advance(60_000);
    writeEvent(watch, 'ADDED', configMap('z', '500'));
    await soon('the event', () => recorded.events.length === 3);
    await clock.advance(120_000);

    expect(recorded.reports).toEqual(['relisted Initial']);
  });

  it('counts a difference once the watch says that it has come past it', async () => {
    await started();
    collection.objects.set('z', '500');
    collection.resourceVersion = '500';
    await tenMinutes();
    await soon('the settling', () => clock.nextDueMilliseconds === 1000);

    await liveUntil('501');
    await clock.advance(1000);

    expect(recorded.reports.slice(1)).toEqual(['missed 1', 'relisted Missed']);
  });

  it('counts a difference that has not arrived after 150 s, whatever the versions say', async () => {
    await started();
    collection.objects.set('z', 'not-a-number');
    collection.resourceVersion = 'not-a-number';
    await tenMinutes();
    await soon('the settling', () => clock.nextDueMilliseconds === 1000);

    await clock.advance(100_000);
    await liveUntil('400');
    const before = recorded.reports.length;
    await clock.advance(50_000);

    expect(before).toBe(1);
    expect(recorded.reports.slice(1)).toEqual(['missed 1', 'relisted Missed']);
  });

  it('leaves out what changes while it reads', async () => {
    await started();
    collection.openNextWith((response) => {
      response.writeHead(200);
      response.flushHeaders();
    });
    await tenMinutes();
    const comparison = await collection.watch(2);

    // The watch is ahead of the comparison: x was deleted, y changed, z came.
    writeEvent(watch, 'DELETED', configMap('x', '21'));
    writeEvent(watch, 'MODIFIED', configMap('y', '22'));
    writeEvent(watch, 'ADDED', configMap('z', '23'));
    await soon('the changes', () => recorded.store.resourceVersion === '23');
    writeEvent(comparison, 'ADDED', configMap('x', '3'));
    writeEvent(comparison, 'ADDED', configMap('y', '4'));
    endInitialEvents(comparison, '20');
    await soon('the end of the comparison', () => server.connections.open === 1);
    await clock.advance(2000);

    expect(recorded.reports).toEqual(['relisted Initial']);
  });

  it.each([
    { name: 'fails', opening: refuse },
    { name: 'breaks off', opening: ((response) => void response.socket?.destroy()) satisfies Opening },
    {
      name: 'does not end within a minute',
      opening: ((response) => writeEvent(response, 'ADDED', configMap('x', '3'))) satisfies Opening,
    },
  ])('draws no conclusion when the reading $name', async ({ opening }) => {
    await started();
    collection.openNextWith(opening);

    await tenMinutes();
    await soon('the comparison', () => comparisons().length === 1);
    await clock.advance(61_000);
    await soon('its connection to close', () => server.connections.open === 1);

    expect(recorded.reports).toEqual(['relisted Initial']);
    expect(recorded.store.size).toBe(2);
  });

  it('reads everything again when the cache is ahead of the server', async () => {
    await started();
    collection.objects.set('x', '2');
    collection.openNextWith((response) => {
      const causes = [{ reason: 'ResourceVersionTooLarge' }];
      writeEvent(response, 'ERROR', { kind: 'Status', code: 504, details: { causes } });
    });
    collection.resourceVersion = '5';

    await tenMinutes();
    await soon('the restored version', () => recorded.store.resourceVersion === '5');

    expect(recorded.events.at(-1)).toBe('Updated x');
  });

  it('lists where the server cannot begin a watch with the objects', async () => {
    collection.openNextWith((response) => answerStatus(response, 422, 'Invalid'));
    await started();
    watch = await collection.watch(2);
    const before = collection.lists();
    collection.objects.delete('y');

    await tenMinutes();
    await soon('the repair', () => recorded.events.length === 3);

    expect(before).toBe(1);
    expect(recorded.reports.slice(2)).toEqual(['missed 1', 'relisted Missed']);
    expect(recorded.events.at(-1)).toBe('Deleted y');
  });
});
