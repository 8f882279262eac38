import { afterEach, describe, expect, it } from '@jest/globals';
import type { Backend } from '../../../src/balancer/backend.ts';
import { until } from '../../cluster/until.ts';
import { namedBackends } from '../named-backends.ts';
import { rawClient, rawServer, type RawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt, freePort } from '../rig.ts';
import { startThreadedRig, type ThreadedRig } from './threaded-rig.ts';

const limitMilliseconds = 10_000;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function rigWith(...args: Parameters<typeof startThreadedRig>): Promise<ThreadedRig> {
  const rig = await startThreadedRig(...args);
  cleanups.push(() => rig.close());
  return rig;
}

/** TCP backends that say their name. */
async function tcpBackends(count: number): Promise<{ backends: Backend[]; servers: RawServer[] }> {
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) => rawServer((socket) => socket.send(`prod-${index}\n`))),
  );
  for (const server of servers) cleanups.push(() => server.close());
  return { servers, backends: servers.map(({ port }, index) => backendAt(`prod-${index}`, port)) };
}

function clientOf(port: number): RawSocket {
  const client = rawClient(port);
  cleanups.push(() => client.destroy());
  return client;
}

async function session(rig: ThreadedRig): Promise<{ client: RawSocket; name: string }> {
  const client = clientOf(rig.tcpPort);
  return { client, name: (await client.receives('\n')).trim() };
}

/** Sessions one after the other. */
async function sessions(rig: ThreadedRig, count: number): Promise<{ client: RawSocket; name: string }[]> {
  const all = [];
  for (let index = 0; index < count; index += 1) all.push(await session(rig));
  return all;
}

const numberIn = (started: { readonly name: string } | undefined) => Number(started?.name.slice('prod-'.length));

/** The names of so many picks over `size` backends, in their order. */
const inTurn = (size: number, first: number, picks: number) =>
  Array.from({ length: picks }, (_, index) => `prod-${(first + index) % size}`);

const backendsIn = (started: readonly { name: string }[]) => started.map(({ name }) => name);

/** One GET on a connection of its own. */
async function get(rig: ThreadedRig): Promise<string> {
  const client = clientOf(rig.httpPort);
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const answer = await client.ends();
  client.destroy();
  return answer;
}

/** Connections that each thread has counted, as of the last scrape. */
function connectionsByThread({ said }: ThreadedRig): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { thread, message } of said) {
    if (message.kind !== 'Answer' || message.answer.kind !== 'Scraped') continue;
    const family = message.answer.families.find(({ name }) => name === 'gatewaypool_balancer_connections_total');
    counts.set(thread, family?.samples.reduce((sum, { value }) => sum + value, 0) ?? 0);
  }
  return counts;
}

describe('the rotation of several threads', () => {
  it('sends connections to 0, 1, 2, 0, 1, 2, whichever thread has them', async () => {
    const { backends } = await tcpBackends(3);
    const rig = await rigWith(3, backends);

    const started = await sessions(rig, 45);

    expect(backendsIn(started)).toEqual(inTurn(3, numberIn(started[0]), 45));
    await rig.scrape();
    const counts = connectionsByThread(rig);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(45);
    for (const thread of [0, 1, 2]) expect(counts.get(thread)).toBeGreaterThan(0);
  });

  it('gives each backend its share of many clients at the same time, to the last one', async () => {
    const { backends } = await tcpBackends(4);
    const rig = await rigWith(4, backends);

    await Promise.all(Array.from({ length: 200 }, () => session(rig)));

    expect(rig.plane.sessions().backends).toEqual({ 'prod-0': 50, 'prod-1': 50, 'prod-2': 50, 'prod-3': 50 });
  });

  it('goes on behind the last one after the set has changed', async () => {
    const { backends } = await tcpBackends(4);
    const [first, second, third, fourth] = backends;
    if (first === undefined || second === undefined || third === undefined || fourth === undefined) return;
    const rig = await rigWith(2, [first, second, third]);
    const before = await sessions(rig, 2);

    rig.plane.setBackends([first, second, third, fourth]);
    // It is in force in all threads once they have answered what was asked later.
    await rig.scrape();
    const started = await sessions(rig, 8);

    expect(backendsIn(started)).toEqual(inTurn(4, numberIn(before[1]) + 1, 8));
  });
});

describe('what several threads report', () => {
  it('is the sum over them', async () => {
    const { backends } = await tcpBackends(2);
    const rig = await rigWith(2, backends);

    const [one] = await sessions(rig, 20);

    expect(rig.plane.sessions()).toEqual({ sessions: 20, transit: 0, backends: { 'prod-0': 10, 'prod-1': 10 } });
    expect(await rig.metric('gatewaypool_balancer_connections_total{listener="tcp"}')).toBe(20);
    expect(await rig.metric('gatewaypool_balancer_sessions{backend="prod-1"}')).toBe(10);
    expect(await rig.metric('gatewaypool_balancer_client_connections')).toBe(20);
    expect(await rig.metric('gatewaypool_balancer_backend_ready{listener="tcp",backend="prod-0"}')).toBe(1);
    one?.client.socket.resetAndDestroy();
    await until('one session less', 5000, () => rig.plane.sessions().sessions === 19);
  });

  it('waits a second for a thread that is silent, and leaves it out; its counts stay', async () => {
    const { backends } = await tcpBackends(2);
    const rig = await rigWith(2, backends);
    await sessions(rig, 20);
    expect(await rig.metric('gatewaypool_balancer_connections_total{listener="tcp"}')).toBe(20);
    const open = connectionsByThread(rig);

    rig.withhold = (thread, message) => thread === 1 && message.kind === 'Ask' && message.question.kind === 'Scrape';

    const text = await rig.plane.scrape();
    expect(text).toContain('gatewaypool_balancer_threads_silent 1\n');
    expect(text).toContain('gatewaypool_balancer_connections_total{listener="tcp"} 20\n');
    expect(text).toContain(`gatewaypool_balancer_client_connections ${open.get(0)}\n`);
  });

  it('tells the clients that may bring work: those without a session', async () => {
    const named = await namedBackends(1);
    cleanups.push(() => named.close());
    const rig = await rigWith(2, named.backends);

    const clients = Array.from({ length: 5 }, () => clientOf(rig.httpPort));

    await until('five clients', 5000, () => rig.plane.waitingClients() === 5);
    clients[0]?.socket.resetAndDestroy();
    await until('four clients', 5000, () => rig.plane.waitingClients() === 4);

    expect(rig.plane.sessions().sessions).toBe(0);
  });
});

describe('limits over several threads', () => {
  it('lets no more connections in than there may be, and the next one when one has gone', async () => {
    const { backends } = await tcpBackends(1);
    const rig = await rigWith(2, backends, { limits: { maxConnections: 6 } });
    const inside = await sessions(rig, 6);

    const turnedAway = Array.from({ length: 8 }, () => clientOf(rig.tcpPort));
    for (const client of turnedAway) await client.closes();

    expect(turnedAway.map(({ error }) => error)).toEqual(turnedAway.map(() => 'ECONNRESET'));
    expect(await rig.metric('gatewaypool_balancer_rejected_total{listener="tcp",reason="MaxConnections"}')).toBe(8);
    inside[0]?.client.socket.resetAndDestroy();
    await until('five sessions', 5000, () => rig.plane.sessions().sessions === 5);
    expect((await session(rig)).name).toBe('prod-0');
  });

  it('lets no backend have more sessions than it may, and who waits in any thread have the place that gets free', async () => {
    const { backends } = await tcpBackends(2);
    const rig = await rigWith(2, backends, { limits: { maxSessionsPerInstance: 2, queueMilliseconds: 60_000 } });
    const inside = await sessions(rig, 4);
    const waiting = Array.from({ length: 6 }, () => clientOf(rig.tcpPort));
    await until(
      'six wait',
      5000,
      async () => (await rig.metric('gatewaypool_balancer_queue_length{listener="tcp"}')) === 6,
    );

    const served = () => waiting.filter(({ text }) => text !== '').length;
    for (const { client } of inside) {
      const before = served();
      client.socket.resetAndDestroy();
      await until('the next one', 5000, () => served() === before + 1);
      expect(rig.plane.sessions().backends).toEqual({ 'prod-0': 2, 'prod-1': 2 });
    }

    expect(await rig.metric('gatewaypool_balancer_queue_length{listener="tcp"}')).toBe(2);
  });

  it('tells the thread where somebody waits that a session has ended in another one', async () => {
    const { backends } = await tcpBackends(1);
    const rig = await rigWith(2, backends, { limits: { maxSessionsPerInstance: 1, queueMilliseconds: 60_000 } });
    const first = await session(rig);
    const waiting = Array.from({ length: 12 }, () => clientOf(rig.tcpPort));
    await until('twelve wait', 5000, async () => {
      return (await rig.metric('gatewaypool_balancer_queue_length{listener="tcp"}')) === 12;
    });

    first.client.socket.resetAndDestroy();
    for (let count = 1; count <= waiting.length; count += 1) {
      const served = await until('the next one', 5000, () =>
        waiting.find(({ text, closed }) => text !== '' && !closed),
      );
      served.socket.resetAndDestroy();
      await until('its end', 5000, () => served.closed);
    }

    const isFreed = ({ message }: { message: { kind: string } }) => message.kind === 'PlaceFreed';
    expect(rig.said.filter(isFreed).length).toBeGreaterThan(0);
    expect(rig.told.filter(isFreed)).toHaveLength(rig.said.filter(isFreed).length);
  });
});

describe('what threads learn of backends', () => {
  it('is told to all by active checks, which are carried out once', async () => {
    const named = await namedBackends(3);
    cleanups.push(() => named.close());
    const rig = await rigWith(2, named.backends, { healthCheck: { intervalMilliseconds: 50 } });
    const [sick] = named.servers;

    sick?.removeAllListeners('request').on('request', (_, response) => {
      response.statusCode = 503;
      response.end('sick');
    });
    await until('it is down', 5000, () => rig.lines.some(({ msg }) => msg.startsWith('Marked a backend down')));
    await rig.scrape();
    const answers = [];
    for (let count = 0; count < 20; count += 1) answers.push(await get(rig));

    expect(answers.filter((answer) => answer.endsWith('sick'))).toEqual([]);
    expect(await rig.metric('gatewaypool_balancer_backend_healthy{listener="http",backend="prod-0"}')).toBe(0);
    expect(rig.lines.filter(({ msg }) => msg.startsWith('Marked a backend down'))).toHaveLength(1);
  });

  it('is told to the others by who meets failures: three in all eject a backend everywhere', async () => {
    const { backends } = await tcpBackends(2);
    const dead = backendAt('prod-2', await freePort());
    const rig = await rigWith(2, [...backends, dead]);

    const started = await sessions(rig, 30);

    expect(started).toHaveLength(30);
    const tries = await rig.metric('gatewaypool_balancer_picks_total{listener="tcp",backend="prod-2"}');
    expect(tries).toBe(3);
    expect(await rig.metric('gatewaypool_balancer_ejections_total{listener="tcp",backend="prod-2"}')).toBe(1);
  });
});

describe('a thread that dies', () => {
  it(
    'is replaced; its sessions count no more, its counters stay, and the others never stop',
    async () => {
      const { backends } = await tcpBackends(2);
      const rig = await rigWith(2, backends);
      const started = await sessions(rig, 20);
      expect(await rig.metric('gatewaypool_balancer_connections_total{listener="tcp"}')).toBe(20);
      const before = connectionsByThread(rig).get(1) ?? 0;
      expect(before).toBeGreaterThan(0);

      await rig.threads[1]?.end();
      const lost = () => started.filter(({ client }) => client.ended || client.closed);
      await until('the lost connections', 5000, () => lost().length === before);

      expect(rig.plane.sessions().sessions).toBe(20 - before);
      expect(rig.lines.some(({ msg }) => msg.startsWith('A thread ended by an unexpected error'))).toBe(true);
      await until('two threads', 8000, async () => (await rig.metric('gatewaypool_balancer_threads')) === 2);
      const more = await sessions(rig, 30);
      expect(more).toHaveLength(30);
      expect(await rig.metric('gatewaypool_balancer_connections_total{listener="tcp"}')).toBe(50);
      expect(await rig.metric('gatewaypool_balancer_thread_restarts_total')).toBe(1);
      expect(connectionsByThread(rig).get(1)).toBeGreaterThan(0);
    },
    limitMilliseconds * 2,
  );
});

describe('the end of several threads', () => {
  it('tells HTTP clients of all threads to go while it drains', async () => {
    const named = await namedBackends(2);
    cleanups.push(() => named.close());
    const rig = await rigWith(2, named.backends);

    rig.plane.setDraining(true);
    await rig.scrape();
    const clients = Array.from({ length: 12 }, () => clientOf(rig.httpPort));
    for (const client of clients) client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');

    for (const client of clients) expect(await client.ends()).toContain('Connection: close');
  });

  it('cuts sessions of all threads, and says how many they were; listeners stay open', async () => {
    const { backends } = await tcpBackends(2);
    const rig = await rigWith(2, backends);
    const started = await sessions(rig, 16);

    const cut = rig.plane.cut();

    expect(cut.sessions).toBe(16);
    for (const { client } of started) await client.closes();
    await until('no session', 5000, () => rig.plane.sessions().sessions === 0);
    expect((await session(rig)).name).toMatch(/^prod-/);
  });
});
