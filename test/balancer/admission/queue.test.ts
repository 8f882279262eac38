import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kube/fake-clock.ts';
import { soon } from '../../kube/soon.ts';
import { rawClient, rawServer, type RawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt, type Rig, startRig } from '../rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Settings = NonNullable<Parameters<typeof startRig>[1]>;

interface Scene {
  readonly clock: FakeClock;
  readonly rig: Rig;
  readonly backends: readonly RawServer[];
  readonly client: () => RawSocket;
}

/** `count` backends which take one piece of work at a time. */
async function scene(protocol: 'http' | 'tcp', limits: Settings['limits'] = {}, count = 1): Promise<Scene> {
  const clock = new FakeClock();
  const backends = await Promise.all(Array.from({ length: count }, () => rawServer()));
  const rig = await startRig(
    backends.map(({ port }, index) => backendAt(`prod-${index}`, port)),
    { limits: { maxSessionsPerInstance: 1, ...limits } },
    undefined,
    clock,
  );
  const client = (): RawSocket => {
    const socket = rawClient(protocol === 'http' ? rig.httpPort : rig.tcpPort);
    cleanups.push(() => socket.destroy());
    return socket;
  };
  cleanups.push(...backends.map((backend) => () => backend.close()), () => rig.close());
  return { clock, rig, backends, client };
}

const backendOf = ({ backends }: Scene, index = 0): RawServer => {
  const backend = backends[index];
  if (backend === undefined) throw new Error(`there is no backend ${index}`);
  return backend;
};

const request = (path: string): string => `GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const response = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const queued = (rig: Rig, protocol = 'http'): number | undefined =>
  rig.metric(`gatewaypool_balancer_queue_length{listener="${protocol}"}`);
const untilQueued = (rig: Rig, count: number, protocol = 'http') =>
  soon(`${count} in the queue`, () => queued(rig, protocol) === count);
const rejected = (rig: Rig, reason: string, protocol = 'http'): number | undefined =>
  rig.metric(`gatewaypool_balancer_rejected_total{listener="${protocol}",reason="${reason}"}`);

/** One request that occupies the only backend; gives that backend's connection. */
async function occupied(here: Scene): Promise<RawSocket> {
  here.client().send(request('first'));
  const upstream = await backendOf(here).connection(0);
  await upstream.receives('/first');
  return upstream;
}

describe('HTTP requests when all backends are full', () => {
  it('wait in their order and go as soon as there is room, one after the other', async () => {
    const here = await scene('http');
    const upstream = await occupied(here);
    const clients: RawSocket[] = [];
    for (const name of ['a', 'b', 'c']) {
      const client = here.client();
      client.send(request(name));
      clients.push(client);
      await untilQueued(here.rig, clients.length);
    }

    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      upstream.send(response('done'));
      await upstream.receives(`GET /${name}`);
      expect(queued(here.rig)).toBe(2 - index);
    }

    expect(backendOf(here).connections).toHaveLength(1);
    expect(here.rig.metric('gatewaypool_balancer_queued_total')).toBe(3);
    await clients[1]?.receives('done');
    expect(clients[2]?.text).toBe('');
  });

  it('are not overtaken by who comes when a place has just got free', async () => {
    const here = await scene('http');
    const first = here.client();
    first.send(request('first') + request('second'));
    const upstream = await backendOf(here).connection(0);
    await upstream.receives('/first');
    const other = here.client();
    other.send(request('other'));
    await untilQueued(here.rig, 1);

    upstream.send(response('done'));
    await upstream.receives('/other');

    expect(upstream.text).not.toContain('/second');
    upstream.send(response('done'));
    expect(await upstream.receives('/second')).toMatch(/\/first[^]*\/other[^]*\/second/);
  });

  it('get 503 with Retry-After at their deadline', async () => {
    const here = await scene('http', { queueMilliseconds: 3000 });
    await occupied(here);
    const client = here.client();
    client.send(request('late'));
    await untilQueued(here.rig, 1);

    await here.clock.advance(2900);
    expect(client.text).toBe('');
    await here.clock.advance(600);

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
    expect(rejected(here.rig, 'QueueTimeout')).toBe(1);
    expect(queued(here.rig)).toBe(0);
  });

  it('get 503 with Retry-After at once when the queue is full', async () => {
    const here = await scene('http', { queueLength: 1 });
    await occupied(here);
    here.client().send(request('waits'));
    await untilQueued(here.rig, 1);

    const client = here.client();
    client.send(request('too-many'));

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
    expect(rejected(here.rig, 'QueueFull')).toBe(1);
  });

  it('get 503 at once when there is no backend at all, queue or not', async () => {
    const here = await scene('http');
    here.rig.dataPlane.setBackends([]);

    const client = here.client();
    client.send(request('nowhere'));

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 503 /);
    expect(rejected(here.rig, 'NoBackend')).toBe(1);
  });

  it('leave the queue with their client', async () => {
    const here = await scene('http');
    const upstream = await occupied(here);
    const goes = here.client();
    goes.send(request('goes'));
    await untilQueued(here.rig, 1);
    const stays = here.client();
    stays.send(request('stays'));
    await untilQueued(here.rig, 2);

    goes.destroy();
    await untilQueued(here.rig, 1);
    upstream.send(response('done'));

    await upstream.receives('/stays');
    expect(upstream.text).not.toContain('/goes');
  });

  it('go to a backend that joins', async () => {
    const here = await scene('http', {}, 2);
    here.rig.dataPlane.setBackends([backendAt('prod-0', backendOf(here).port)]);
    await occupied(here);
    here.client().send(request('waits'));
    await untilQueued(here.rig, 1);

    here.rig.dataPlane.setBackends([0, 1].map((index) => backendAt(`prod-${index}`, backendOf(here, index).port)));

    expect(await (await backendOf(here, 1).connection(0)).receives('/waits')).toMatch(/^GET/);
    expect(queued(here.rig)).toBe(0);
  });

  it('get 503 when the last backend leaves', async () => {
    const here = await scene('http');
    await occupied(here);
    const client = here.client();
    client.send(request('waits'));
    await untilQueued(here.rig, 1);

    here.rig.dataPlane.setBackends([]);

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 503 /);
    expect(rejected(here.rig, 'NoBackend')).toBe(1);
  });

  it('go all at once when the limit is lifted', async () => {
    const here = await scene('http');
    await occupied(here);
    here.client().send(request('a'));
    here.client().send(request('b'));
    await untilQueued(here.rig, 2);

    await here.rig.configure({});

    await soon('two more connections', () => backendOf(here).connections.length === 3);
    expect(queued(here.rig)).toBe(0);
  });

  it('are told when everything is cut, and count as clients that may still bring work', async () => {
    const here = await scene('http');
    await occupied(here);
    const client = here.client();
    client.send(request('waits'));
    await untilQueued(here.rig, 1);
    expect(here.rig.dataPlane.waitingClients()).toBe(1);

    void here.rig.dataPlane.cut();

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 503 /);
    expect(queued(here.rig)).toBe(0);
  });

  it('are carried to the end while the balancer stops', async () => {
    const here = await scene('http');
    const upstream = await occupied(here);
    const client = here.client();
    client.send(request('waits'));
    await untilQueued(here.rig, 1);

    let isOver = false;
    const closed = here.rig.dataPlane.close().then(() => {
      isOver = true;
    });
    upstream.send(response('first'));
    const next = await soon('the request that waited', () =>
      backendOf(here).connections.find(({ text }) => text.includes('/waits')),
    );
    next.send(response('last'));

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*last$/);
    await soon('the end', async () => {
      await here.clock.advance(100);
      return isOver;
    });
    await closed;
  });

  it('hold no more of a body than a little, and lose nothing of it', async () => {
    const here = await scene('http');
    const upstream = await occupied(here);
    const body = 'b'.repeat(8 * 1024 * 1024);
    const client = here.client();
    client.send(`POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
    await untilQueued(here.rig, 1);
    const received = (): number =>
      here.rig.metric('gatewaypool_balancer_bytes_total{listener="http",direction="in"}') ?? 0;
    const before = received();

    client.send(body);
    await soon('the pause', () => received() > before);
    for (let turn = 0; turn < 20; turn += 1) await here.clock.advance(10);
    expect(received() - before).toBeLessThan(64 * 1024);
    upstream.send(response('done'));

    const whole = await soon('all of the body', () =>
      backendOf(here).connections.find(({ text }) => text.endsWith(body)),
    );
    expect(whole.text.split('POST /upload')).toHaveLength(2);
  });

  it('wait for another backend after the first one refused', async () => {
    const here = await scene('http', {}, 2);
    const [refusing, full] = [backendOf(here, 0), backendOf(here, 1)];
    await refusing.close();
    here.rig.dataPlane.setBackends([backendAt('prod-1', full.port)]);
    here.client().send(request('first'));
    const upstream = await full.connection(0);
    await upstream.receives('/first');
    here.rig.dataPlane.setBackends([backendAt('prod-0', refusing.port), backendAt('prod-1', full.port)]);
    const client = here.client();
    client.send(request('again'));
    await untilQueued(here.rig, 1);

    upstream.send(response('done'));

    await upstream.receives('/again');
    upstream.send(response('answered'));
    expect(await client.receives('answered')).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('TCP connections when all backends are full', () => {
  /** One session that occupies the only backend; gives its client. */
  async function session(here: Scene): Promise<RawSocket> {
    const client = here.client();
    client.send('first');
    await (await backendOf(here).connection(0)).receives('first');
    return client;
  }

  it('wait, with what their client said and that it ended, until a session ends', async () => {
    const here = await scene('tcp');
    const first = await session(here);
    const client = here.client();
    client.send('hello');
    client.socket.end();
    await untilQueued(here.rig, 1, 'tcp');

    first.socket.resetAndDestroy();
    const upstream = await backendOf(here).connection(1);

    await upstream.receives('hello');
    await soon('the end of the client', () => upstream.ended);
    upstream.send('bye');
    expect(await client.receives('bye')).toBe('bye');
    expect(upstream.text).toBe('hello');
  });

  it('leave the queue when their client goes without a word', async () => {
    const here = await scene('tcp');
    await session(here);
    const client = here.client();
    await untilQueued(here.rig, 1, 'tcp');

    client.socket.end();

    await untilQueued(here.rig, 0, 'tcp');
    expect(backendOf(here).connections).toHaveLength(1);
  });

  it.each([
    { reason: 'QueueFull', limits: { queueLength: 0 }, milliseconds: 0 },
    { reason: 'QueueTimeout', limits: { queueMilliseconds: 2000 }, milliseconds: 2500 },
  ])('are reset and counted: $reason', async ({ reason, limits, milliseconds }) => {
    const here = await scene('tcp', limits);
    await session(here);
    const client = here.client();
    if (milliseconds > 0) await untilQueued(here.rig, 1, 'tcp');

    await here.clock.advance(milliseconds);

    await client.closes();
    expect(client.error).toBe('ECONNRESET');
    expect(rejected(here.rig, reason, 'tcp')).toBe(1);
  });

  it('share the places of a backend with HTTP requests', async () => {
    const here = await scene('tcp');
    const first = await session(here);
    const client = rawClient(here.rig.httpPort);
    cleanups.push(() => client.destroy());
    client.send(request('web'));
    await untilQueued(here.rig, 1);

    first.socket.resetAndDestroy();

    expect(await (await backendOf(here).connection(1)).receives('GET /web')).toMatch(/^GET \/web /);
  });
});
