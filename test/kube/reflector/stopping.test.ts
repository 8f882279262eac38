import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import { soon } from '../soon.ts';
import { answerStatus, startScriptedServer, writeEvent } from '../../faults/scripted-server.ts';
import type { ScriptedServer } from '../../faults/scripted-server.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { FakeClock } from '../fake-clock.ts';
import { startReflector } from './recorded-reflector.ts';
import type { RecordedReflector } from './recorded-reflector.ts';
import { configMap, scriptedCollection } from './scripted-collection.ts';
import type { Opening, ScriptedCollection } from './scripted-collection.ts';

interface Scene {
  readonly server: ScriptedServer;
  readonly collection: ScriptedCollection;
  readonly clock: FakeClock;
  readonly recorded: RecordedReflector;
}

const silent: Opening = () => {};
const refuse: Opening = (response) => answerStatus(response, 500, 'InternalError');
const synced = ({ recorded }: Scene) => soon('the first read', () => recorded.reflector.hasSynced());

/** Each place where a reflector waits for something, and how to get it there. */
const places: { name: string; openings: Opening[]; arrive: (scene: Scene) => Promise<unknown> }[] = [
  {
    name: 'for the head of its first watch',
    openings: [silent],
    arrive: ({ server }) => soon('the request', () => server.requests.length === 1),
  },
  {
    name: 'for the rest of the initial objects',
    openings: [(response) => writeEvent(response, 'ADDED', configMap('x', '3'))],
    arrive: ({ recorded }) => soon('the first object', () => recorded.arrived.length === 1),
  },
  { name: 'for the next event', openings: [], arrive: synced },
  {
    name: 'during a back-off before the first read',
    openings: [refuse],
    arrive: ({ clock }) => soon('the back-off', () => clock.nextDueMilliseconds === 1200),
  },
  {
    name: 'for a list',
    openings: [(response) => answerStatus(response, 422, 'Invalid'), silent],
    arrive: async ({ server }) => {
      server.answer((request, response) => {
        if (request.query.has('watch')) answerStatus(response, 422, 'Invalid');
      });
      await soon('the list', () => server.requests.some(({ query }) => query.has('limit')));
    },
  },
  {
    name: 'for the head of a later watch',
    openings: [],
    arrive: async (scene) => {
      await synced(scene);
      scene.collection.openNextWith(silent);
      (await scene.collection.watch(1)).end();
      await soon('the second watch', () => scene.collection.watches().length === 2);
    },
  },
  {
    name: 'during a back-off between watches',
    openings: [],
    arrive: async (scene) => {
      await synced(scene);
      scene.collection.openNextWith(refuse);
      (await scene.collection.watch(1)).end();
      await soon('the back-off', () => scene.clock.nextDueMilliseconds === 1200);
    },
  },
  {
    name: 'for the objects to compare with',
    openings: [],
    arrive: async (scene) => {
      await synced(scene);
      scene.collection.openNextWith(silent);
      await comparisonStarts(scene);
    },
  },
  {
    name: 'for a difference to settle',
    openings: [],
    arrive: async (scene) => {
      await synced(scene);
      scene.collection.objects.set('missed', '12');
      scene.collection.resourceVersion = '12';
      await comparisonStarts(scene);
      await soon('the settling', () => scene.clock.nextDueMilliseconds === 1000);
    },
  },
];

/** Keeps the watch alive with bookmarks until the ten minutes are over. */
async function comparisonStarts({ collection, clock, recorded }: Scene): Promise<void> {
  const watch = await collection.watch(1);
  for (let passed = 0; passed < 600_000; passed += 100_000) {
    writeEvent(watch, 'BOOKMARK', { metadata: { resourceVersion: '11' } });
    await soon('the bookmark', () => recorded.reflector.lastEventAgeMilliseconds() === 0);
    await clock.advance(100_000);
  }
  await soon('the comparison', () => collection.watches().length === 2);
}

describe('stopping while it waits', () => {
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

  it.each(places)('$name ends everything at once', async ({ openings, arrive }) => {
    const collection = scriptedCollection(server);
    collection.openNextWith(...openings);
    const clock = new FakeClock();
    const transport = createTransport(server.connection(), { userAgent: 'test/1.0', clock });
    const recorded = startReflector(transport, clock);
    await arrive({ server, collection, clock, recorded });
    const before = {
      requests: server.requests.length,
      events: recorded.events.length,
      reports: recorded.reports.length,
    };

    await recorded.stop();
    transport.close();

    await soon('every connection to close', () => server.connections.open === 0);
    await clock.advance(3_600_000);
    expect({
      requests: server.requests.length,
      events: recorded.events.length,
      reports: recorded.reports.length,
    }).toEqual(before);
    expect(clock.sleeping).toBe(0);
  });

  it('before it began does nothing', async () => {
    const clock = new FakeClock();
    const recorded = startReflector(createTransport(server.connection(), { userAgent: 'test/1.0', clock }), clock);

    await recorded.stop();

    expect(recorded.events).toEqual([]);
    expect(recorded.reflector.hasSynced()).toBe(false);
    expect(clock.sleeping).toBe(0);
  });

  it('in a handler lets no further event of the same chunk through', async () => {
    const collection = scriptedCollection(server);
    const clock = new FakeClock();
    const transport = createTransport(server.connection(), { userAgent: 'test/1.0', clock });
    const recorded = startReflector(transport, clock);
    await soon('the first read', () => recorded.reflector.hasSynced());
    let stopping: Promise<void> | undefined;
    recorded.store.onChange(() => {
      stopping ??= recorded.stop();
    });

    const watch = await collection.watch(1);
    const line = (name: string) => `${JSON.stringify({ type: 'ADDED', object: configMap(name, '11') })}\n`;
    watch.write(line('one') + line('two'));
    await soon('the stop', () => stopping !== undefined);
    await stopping;

    expect(recorded.events).toEqual(['Added one']);
  });
});
