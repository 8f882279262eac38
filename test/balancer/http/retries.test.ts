import { afterEach, describe, expect, it } from '@jest/globals';
import { soon } from '../../kube/soon.ts';
import { rawClient, rawServer, type RawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt, freePort, type Rig, startRig } from '../rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const response = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const put = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody';
const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody';

interface Pair {
  readonly rig: Rig;
  readonly first: RawServer;
  readonly second: RawServer;
  readonly client: RawSocket;
}

/** Two backends that the test plays; the first one gets the first request. */
async function pair(settings?: Parameters<typeof startRig>[1]): Promise<Pair> {
  const first = await rawServer();
  const second = await rawServer();
  const rig = await startRig([backendAt('prod-0', first.port), backendAt('prod-1', second.port)], settings);
  const client = rawClient(rig.httpPort);
  cleanups.push(
    () => first.close(),
    () => second.close(),
    () => rig.close(),
    () => client.destroy(),
  );
  return { rig, first, second, client };
}

describe('a backend that cannot be reached', () => {
  it.each([
    { name: 'PUT', request: put },
    { name: 'POST: not a byte of it was written', request: post },
  ])('passes $name on to the next one, whole', async ({ request }) => {
    const live = await rawServer((socket) => socket.send(''));
    const rig = await startRig([backendAt('prod-0', await freePort()), backendAt('prod-1', live.port)]);
    const client = rawClient(rig.httpPort);
    cleanups.push(
      () => live.close(),
      () => rig.close(),
      () => client.destroy(),
    );

    client.send(request);
    const upstream = await live.connection(0);
    const seen = await upstream.receives('\r\n\r\nbody');
    upstream.send(response('done'));

    expect(seen).toMatch(/^(PUT|POST) \/ HTTP/);
    await client.receives('done');
    expect(rig.metric('gatewaypool_balancer_retries_total{listener="http",reason="ConnectFailed"}')).toBe(1);
  });

  it('is tried once only; when none can be reached the answer is 503', async () => {
    const rig = await startRig([backendAt('prod-0', await freePort()), backendAt('prod-1', await freePort())]);
    const client = rawClient(rig.httpPort);
    cleanups.push(
      () => rig.close(),
      () => client.destroy(),
    );

    client.send(put);

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 503 [^]*no backend could be reached/);
    expect(rig.dataPlane.sessions().sessions).toBe(0);
  });
});

describe('a connection that is lost before a response', () => {
  it.each([
    { name: 'PUT', request: put },
    { name: 'POST with an Idempotency-Key', request: post.replace('Host', 'Idempotency-Key: "k"\r\nHost') },
  ])('sends $name again, to another backend', async ({ request }) => {
    const { rig, first, second, client } = await pair();
    client.send(request);
    const lost = await first.connection(0);
    await lost.receives('\r\n\r\nbody');

    lost.destroy();

    const upstream = await second.connection(0);
    expect(await upstream.receives('\r\n\r\nbody')).toBe(lost.text);
    expect(rig.dataPlane.sessions().backends).toEqual({ 'prod-1': 1 });
    upstream.send(response('done'));
    await client.receives('done');
  });

  it('never sends POST again: a rotation might happen twice', async () => {
    const { first, second, client } = await pair();
    client.send(post);
    const lost = await first.connection(0);
    await lost.receives('body');

    lost.destroy();

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 502 /);
    expect(second.connections).toHaveLength(0);
  });

  it('does not send again what was answered in part', async () => {
    const { first, second, client } = await pair();
    client.send(put);
    const lost = await first.connection(0);
    await lost.receives('body');

    lost.send('HTTP/1.1 200 OK\r\nContent-Le');
    lost.socket.end();

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 502 /);
    expect(second.connections).toHaveLength(0);
  });

  it('does not send again a body that is no longer all in its hands', async () => {
    const { first, second, client } = await pair();
    client.send('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n');
    const lost = await first.connection(0);
    client.send('b'.repeat(100_000));
    await soon('most of the body', () => lost.text.length > 100_000);

    lost.destroy();

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 502 /);
    expect(second.connections).toHaveLength(0);
  });

  it('sends again at most once', async () => {
    const third = await rawServer();
    const { rig, first, second, client } = await pair();
    cleanups.push(() => third.close());
    rig.dataPlane.setBackends([
      backendAt('prod-0', first.port),
      backendAt('prod-1', second.port),
      backendAt('prod-2', third.port),
    ]);
    client.send(put);
    const one = await first.connection(0);
    await one.receives('body');
    one.destroy();
    const two = await second.connection(0);
    await two.receives('body');

    two.destroy();

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 502 /);
    expect(third.connections).toHaveLength(0);
  });

  it('stops sending again when the budget is spent', async () => {
    const alwaysLost = await rawServer((socket) => socket.socket.on('data', () => socket.destroy()));
    const other = await rawServer((socket) => socket.socket.on('data', () => socket.destroy()));
    const rig = await startRig([backendAt('prod-0', alwaysLost.port), backendAt('prod-1', other.port)], {
      retries: { budgetPercent: 0, budgetMinimum: 0 },
    });
    cleanups.push(
      () => alwaysLost.close(),
      () => other.close(),
      () => rig.close(),
    );
    const fails = async () => {
      const client = rawClient(rig.httpPort);
      cleanups.push(() => client.destroy());
      client.send(put);
      await client.ends();
    };

    // The outage is fresh for a second: until then everything moves.
    await fails();
    const retries = () => rig.metric('gatewaypool_balancer_retries_total{listener="http",reason="Lost"}') ?? 0;
    await soon('a failure that is not repeated', async () => {
      const before = retries();
      await fails();
      return retries() === before;
    });

    expect(retries()).toBeGreaterThan(0);
  });
});

describe('a backend that hangs', () => {
  const checks = {
    healthCheck: { intervalMilliseconds: 50, timeoutMilliseconds: 100, unhealthyThreshold: 2, healthyThreshold: 2 },
  };

  it('loses its waiting PUT to another backend as soon as checks mark it down, and keeps its POST', async () => {
    const { rig, first, second, client } = await pair(checks);
    const poster = rawClient(rig.httpPort);
    cleanups.push(() => poster.destroy());
    const answerChecks = soon('a check of the second backend', () => {
      for (const connection of second.connections) {
        if (connection.text.includes('gatewaypool-health-check')) connection.send(response('well'));
      }
      return rig.lines.some(({ msg }) => msg.startsWith('Marked a backend down'));
    });
    client.send(put);
    await soon('the PUT', () => first.connections.some(({ text }) => text.includes('PUT')));
    poster.send(post);
    await soon('the POST', () =>
      [...first.connections, ...second.connections].some(({ text }) => text.includes('POST')),
    );

    await answerChecks;

    const moved = await soon('the PUT at the second', () =>
      second.connections.find(({ text }) => text.includes('PUT')),
    );
    moved.send(response('moved'));
    await client.receives('moved');
    expect(poster.closed).toBe(false);
    expect(rig.metric('gatewaypool_balancer_retries_total{listener="http",reason="MarkedDown"}')).toBe(1);
  });
});

describe('connections to a backend that gets no new work', () => {
  it('are closed when idle, and live on while they carry a request', async () => {
    const { rig, first, second, client } = await pair();
    const other = rawClient(rig.httpPort);
    cleanups.push(() => other.destroy());
    client.send(put);
    const idle = await first.connection(0);
    await idle.receives('body');
    other.send(put);
    await (await second.connection(0)).receives('body');
    rig.dataPlane.setBackends([backendAt('prod-0', first.port)]);
    idle.send(response('one'));
    await client.receives('one');

    rig.dataPlane.setBackends([backendAt('prod-0', first.port, { ready: false }), backendAt('prod-1', second.port)]);

    await idle.ends();
    (await second.connection(0)).send(response('two'));
    expect(await other.receives('two')).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});
