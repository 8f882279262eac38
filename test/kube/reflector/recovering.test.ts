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
import { bookmark, configMap, scriptedCollection } from './scripted-collection.ts';
import type { Opening, ScriptedCollection } from './scripted-collection.ts';

/** Longer than any back-off. */
const longEnough = 60_000;

const refuse =
  (code: number): Opening =>
  (response) =>
    answerStatus(response, code, 'Refused');

describe('recovering', () => {
  let tls: TlsTexts;
  let server: ScriptedServer;
  let collection: ScriptedCollection;
  let clock: FakeClock;
  let recorded: RecordedReflector;

  beforeAll(async () => {
    tls = await createTlsTexts();
  });

  beforeEach(async () => {
    server = await startScriptedServer(tls);
    collection = scriptedCollection(server);
    collection.objects.set('x', '3');
    clock = new FakeClock();
  });

  afterEach(async () => {
    await recorded.stop();
    await server.close();
  });

  async function started(options: Partial<ReflectorOptions<KubeObject>> = {}): Promise<RecordedReflector> {
    const transport = createTransport(server.connection(), { userAgent: 'test/1.0', clock });
    recorded = startReflector(transport, clock, options);
    await soon('the first read', () => recorded.reflector.hasSynced());
    return recorded;
  }

  /** Lets a second pass every few milliseconds, so that back-offs are over soon. */
  async function whileTimePasses(check: () => boolean): Promise<void> {
    const attempt = async (): Promise<boolean> => {
      await clock.advance(1000);
      return check();
    };
    await soon('something to happen in time', attempt);
  }

  async function watchNumber(count: number): Promise<void> {
    await whileTimePasses(() => collection.watches().length >= count);
  }

  it('goes on from the last bookmark when the server closes the watch', async () => {
    const { reports } = await started();
    const watch = await collection.watch(1);

    writeEvent(watch, 'MODIFIED', configMap('x', '11'));
    bookmark(watch, '15');
    watch.end();
    await collection.watch(2);

    expect(collection.watches()).toEqual(['initial from now', 'from 15']);
    expect(reports).toEqual(['relisted Initial', 'reconnected Closed']);
  });

  it('waits longer and longer for a server that closes every watch at once', async () => {
    const closeAtOnce: Opening = (response) => void response.end();
    collection.openNextWith(collection.asUsual, ...Array.from({ length: 5 }, () => closeAtOnce));
    await started();
    const watch = await collection.watch(1);

    watch.end();
    const waits: number[] = [];
    for (let count = 2; count <= 5; count++) {
      await collection.watch(count);
      await soon('a back-off', () => (clock.nextDueMilliseconds ?? longEnough) < 30_000);
      waits.push(clock.nextDueMilliseconds ?? 0);
      await clock.advance(clock.nextDueMilliseconds ?? 0);
    }

    expect(waits).toEqual([1200, 2400, 4800, 9600]);
  });

  it.each([401, 403, 429, 500, 503])('goes on from where it was after a %d', async (code) => {
    const { reports, events } = await started();
    collection.openNextWith(refuse(code), ...(code === 401 ? [refuse(code)] : []));

    (await collection.watch(1)).end();
    await watchNumber(code === 401 ? 4 : 3);
    writeEvent(await collection.watch(code === 401 ? 4 : 3), 'ADDED', configMap('y', '11'));
    await soon('the next event', () => events.length === 2);

    expect(new Set(collection.watches().slice(1))).toEqual(new Set(['from 10']));
    expect(reports).toEqual(['relisted Initial', 'reconnected Closed', 'reconnected Failed']);
    expect(events).toEqual(['Added x initial', 'Added y']);
  });

  it('waits as long as a 429 says', async () => {
    await started();
    collection.openNextWith((response) =>
      answerStatus(response, 429, 'TooManyRequests', { headers: { 'Retry-After': '20' } }),
    );

    (await collection.watch(1)).end();
    await collection.watch(2);

    await soon('the wait', () => clock.nextDueMilliseconds === 20_000);
    expect(collection.watches()).toHaveLength(2);
  });

  it('comes back soon when a server that was away for long asks for a second', async () => {
    const away: Opening = (response) => void response.socket?.destroy();
    const starting: Opening = (response) =>
      answerStatus(response, 429, 'TooManyRequests', { headers: { 'Retry-After': '1' } });
    await started();
    collection.openNextWith(...Array.from({ length: 6 }, () => away), starting, starting);
    (await collection.watch(1)).end();

    const waits: number[] = [];
    for (let count = 2; count <= 9; count++) {
      await collection.watch(count);
      await soon('a back-off', () => (clock.nextDueMilliseconds ?? longEnough) < longEnough);
      waits.push(clock.nextDueMilliseconds ?? 0);
      await clock.advance(clock.nextDueMilliseconds ?? 0);
    }

    expect(waits.slice(-3)).toEqual([38_400, 1200, 2400]);
  });

  it.each([
    { name: 'as an answer', expire: true },
    { name: 'as an event', expire: false },
  ])('reads everything again when its version expired ($name), and reports only what changed', async ({ expire }) => {
    collection.objects.set('gone', '4');
    const { events, reports } = await started();
    await clock.advance(longEnough);
    collection.objects.delete('gone');
    collection.objects.set('new', '19');
    collection.resourceVersion = '20';
    const watch = await collection.watch(1);

    if (expire) {
      collection.openNextWith(refuse(410));
      watch.end();
    } else {
      writeEvent(watch, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' });
    }
    await soon('the changes', () => events.length === 4);

    expect(events).toEqual(
      ['Added gone initial', 'Added x initial', 'Added new', 'Deleted gone'].toSorted(inOrderOf(events)),
    );
    expect(collection.watches().at(-1)).toBe('initial from now');
    expect(reports).toContain('relisted Expired');
  });

  it('goes on from where it was after an ERROR event of another kind', async () => {
    const { events } = await started();
    const watch = await collection.watch(1);

    writeEvent(watch, 'ADDED', configMap('y', '11'));
    writeEvent(watch, 'ERROR', { kind: 'Status', code: 500, message: 'etcdserver: leader changed' });
    await watchNumber(2);

    expect(events).toEqual(['Added x initial', 'Added y']);
    expect(collection.watches()).toEqual(['initial from now', 'from 11']);
  });

  it('reads everything again when the server answered with errors for a minute', async () => {
    const { reports } = await started();
    collection.openNextWith(...Array.from({ length: 40 }, () => refuse(500)));

    (await collection.watch(1)).end();
    await whileTimePasses(() => collection.watches().includes('initial from 10'));

    const failing = collection.watches().filter((watch) => watch === 'from 10');
    expect(failing.length).toBeGreaterThan(3);
    expect(reports).toContain('relisted Failing');
  });

  it.each([
    { name: 'a line that is no event', bytes: 'nonsense\n' },
    { name: 'an event that breaks off in the middle', bytes: '{"type":"ADDED","object":{"meta' },
  ])('counts $name as a failure, and skips nothing', async ({ bytes }) => {
    const { reports, events } = await started();
    const watch = await collection.watch(1);

    writeEvent(watch, 'ADDED', configMap('y', '11'));
    watch.write(bytes);
    watch.end();
    await watchNumber(2);

    expect(reports).toContain('parse failed');
    expect(events).toEqual(['Added x initial', 'Added y']);
    expect(collection.watches()).toEqual(['initial from now', 'from 11']);
  });

  it('counts an object that the transformation cannot take as a failure, and lives on', async () => {
    let broken = true;
    const { events } = await started({
      transform(object) {
        if (broken && object.metadata.name === 'y') throw new Error('cannot take it');
        return object;
      },
    });

    writeEvent(await collection.watch(1), 'ADDED', configMap('y', '11'));
    await watchNumber(2);
    broken = false;
    writeEvent(await collection.watch(2), 'ADDED', configMap('y', '11'));
    await soon('the object', () => events.length === 2);

    expect(collection.watches()).toEqual(['initial from now', 'from 10']);
  });

  it('counts a handler that throws, and loses no event by it', async () => {
    const { reports, store } = await started();
    store.onChange(() => {
      throw new Error('broken handler');
    });
    const watch = await collection.watch(1);

    writeEvent(watch, 'ADDED', configMap('y', '11'));
    writeEvent(watch, 'ADDED', configMap('z', '12'));
    await soon('both', () => store.size === 3);

    expect(reports).toEqual(['relisted Initial', 'handler failed', 'handler failed']);
    expect(store.resourceVersion).toBe('12');
    expect(server.requests).toHaveLength(1);
  });

  it('leaves a connection that has been silent for 150 s, and goes on from where it was', async () => {
    const { reports, events } = await started();

    await clock.advance(149_999);
    const before = collection.watches().length;
    await clock.advance(1);
    writeEvent(await collection.watch(2), 'ADDED', configMap('y', '11'));
    await soon('the event', () => events.length === 2);

    expect(before).toBe(1);
    expect(collection.watches()).toEqual(['initial from now', 'from 10']);
    expect(reports).toEqual(['relisted Initial', 'reconnected Idle']);
    await soon('the silent connection to close', () => server.connections.open === 1);
  });

  it('stays on a quiet watch for ten minutes without reading anything again', async () => {
    const { reports, reflector } = await started({ durations: { compareEveryMilliseconds: 3_600_000 } });
    const watch = await collection.watch(1);

    for (let minute = 1; minute <= 10; minute++) {
      await clock.advance(59_000);
      bookmark(watch, String(10 + minute));
      await soon('the bookmark', () => reflector.lastEventAgeMilliseconds() === 0);
    }

    expect(server.requests).toHaveLength(1);
    expect(reports).toEqual(['relisted Initial']);
  });

  it('reads everything again when a watch brought nothing at all, and finds that etcd was restored', async () => {
    const { events, store } = await started();
    (await collection.watch(1)).end();
    await collection.watch(2);
    collection.objects.set('x', '2');
    collection.resourceVersion = '5';
    collection.openNextWith((response) => {
      response.writeHead(200);
      const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
      writeEvent(response, 'ERROR', { kind: 'Status', code: 504, reason: 'Timeout', details: { causes } });
    });

    await clock.advance(150_000);
    await watchNumber(4);
    await soon('the restored version', () => store.resourceVersion === '5');

    expect(collection.watches()).toEqual(['initial from now', 'from 10', 'initial from 10', 'initial from now']);
    expect(events).toEqual(['Added x initial', 'Updated x']);
  });

  it('gets through a first read that fails in every way', async () => {
    collection.openNextWith(
      refuse(503),
      refuse(500),
      refuse(429),
      (response) => void response.socket?.destroy(),
      (response) => {
        writeEvent(response, 'ADDED', configMap('stale', '1'));
        response.socket?.destroySoon();
      },
      (response) => {
        writeEvent(response, 'ADDED', configMap('stale', '1'));
        response.end();
      },
      (response) => writeEvent(response, 'ERROR', { kind: 'Status', code: 500 }),
      refuse(410),
    );
    const transport = createTransport(server.connection(), { userAgent: 'test/1.0', clock });
    recorded = startReflector(transport, clock);

    await watchNumber(9);
    await soon('the first read', () => recorded.reflector.hasSynced());

    expect(recorded.events).toEqual(['Added x initial']);
    expect(new Set(collection.watches())).toEqual(new Set(['initial from now']));
  });
});

/** Sorts lines as they are in another list, so that the order within one batch does not matter. */
function inOrderOf(lines: readonly string[]): (a: string, b: string) => number {
  return (a, b) => lines.indexOf(a) - lines.indexOf(b);
}
