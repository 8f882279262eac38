import { afterEach, describe, expect, it } from '@jest/globals';
import { soon } from '../../kube/soon.ts';
import { rawClient, rawServer } from '../raw-socket.ts';
import { backendAt, type Rig } from '../rig.ts';
import { type Scene, startScene } from '../scene.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function scene(protocol: 'http' | 'tcp', samplePercent = 100): Promise<Scene> {
  const here = await startScene({ accessLog: { samplePercent } }, protocol);
  cleanups.push(() => here.close());
  return here;
}

/** Waits for so many lines; they are written with the next tick. */
async function linesOf({ rig, clock }: Scene, count: number): Promise<ReturnType<Rig['accessLog']>> {
  return soon(`${count} lines`, async () => {
    await clock.advance(500);
    return rig.accessLog().length >= count ? rig.accessLog() : undefined;
  });
}

const request = (path: string, method = 'GET'): string => `${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('the access log of HTTP', () => {
  it('tells of each request what it was, where it went and how it ended', async () => {
    const here = await scene('http');
    const head = request('/jobs/7?secret=1', 'DELETE');
    here.client.send(head);
    const upstream = await here.backend.connection(0);
    await upstream.receives('DELETE');

    await here.clock.advance(40);
    upstream.send(response);
    await here.client.receives('ok');

    expect(await linesOf(here, 1)).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        msg: 'Answered a request',
        listener: 'http',
        client: '127.0.0.1',
        method: 'DELETE',
        path: '/jobs/7',
        status: 200,
        complete: true,
        durationMilliseconds: 40,
        backend: 'prod-0',
        bytesIn: head.length,
        bytesOut: here.client.text.length,
        tries: 1,
      },
    ]);
  });

  it('tells pipelined requests apart, to the byte', async () => {
    const here = await scene('http');
    const [first, second] = [request('/first'), 'PUT /second HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello'];
    here.client.send(first + second);
    const upstream = await here.backend.connection(0);
    await upstream.receives('/first');
    upstream.send(response);
    await upstream.receives('hello');
    upstream.send(response);
    await here.client.receives('ok', 2);

    const lines = await linesOf(here, 2);

    const bytesOut = here.client.text.length / 2;
    expect(lines).toMatchObject([
      { path: '/first', bytesIn: first.length, bytesOut },
      { path: '/second', bytesIn: second.length, bytesOut },
    ]);
  });

  it('tells of our own answers, and of requests without any', async () => {
    const here = await scene('http');
    const { rig, backend, client } = here;
    client.send(request('/left'));
    await (await backend.connection(0)).receives('/left');
    client.destroy();
    await linesOf(here, 1);
    rig.dataPlane.setBackends([]);
    const other = rawClient(rig.httpPort);
    cleanups.push(() => other.destroy());
    other.send(request('/nowhere'));
    await other.ends();

    expect(await linesOf(here, 2)).toMatchObject([
      { path: '/left', status: null, complete: false, backend: 'prod-0', bytesOut: 0 },
      { path: '/nowhere', status: 503, complete: true, backend: null, tries: 0, bytesOut: other.text.length },
    ]);
  });

  it('says that a response broke off', async () => {
    const here = await scene('http');
    here.client.send(request('/half'));
    const upstream = await here.backend.connection(0);
    await upstream.receives('/half');
    upstream.send(response.slice(0, -1));
    await here.client.receives('\r\n\r\no');

    upstream.destroy();

    expect(await linesOf(here, 1)).toMatchObject([{ status: 200, complete: false, tries: 1 }]);
  });

  it('counts the backends that a request was at', async () => {
    const here = await scene('http');
    const closed = await rawServer();
    await closed.close();
    here.rig.dataPlane.setBackends([backendAt('prod-0', closed.port), backendAt('prod-1', here.backend.port)]);
    here.client.send(request('/again'));
    const upstream = await here.backend.connection(0);
    await upstream.receives('/again');
    upstream.send(response);

    expect(await linesOf(here, 1)).toMatchObject([{ backend: 'prod-1', tries: 2, status: 200 }]);
  });

  it('tells of a WebSocket at its end, with all its bytes', async () => {
    const here = await scene('http');
    const upgrade = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';
    here.client.send(upgrade);
    const upstream = await here.backend.connection(0);
    await upstream.receives('/ws');
    upstream.send('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi');
    await here.client.receives('hi');
    here.client.send('\x81\x03you');
    await upstream.receives('you');
    await here.clock.advance(1000);
    expect(here.rig.accessLog()).toEqual([]);

    here.client.socket.resetAndDestroy();

    const [line] = await linesOf(here, 1);
    expect(line).toMatchObject({ path: '/ws', status: 101, complete: true, bytesOut: here.client.text.length });
    expect(line?.['bytesIn']).toBe(upgrade.length + 5);
    expect(line?.['durationMilliseconds']).toBeGreaterThanOrEqual(1000);
  });

  it('is off unless it is wanted, and begins as soon as it is', async () => {
    const here = await scene('http', 0);
    const roundTrip = async (path: string, index: number): Promise<void> => {
      here.client.send(request(path));
      const upstream = await here.backend.connection(0);
      await upstream.receives(path);
      upstream.send(response);
      await here.client.receives('ok', index + 1);
    };
    await roundTrip('/before', 0);
    await here.rig.configure({ accessLog: { samplePercent: 100 } });

    await roundTrip('/after', 1);

    expect(await linesOf(here, 1)).toMatchObject([{ path: '/after' }]);
  });
});

describe('the access log of TCP', () => {
  it('tells of a session at its end', async () => {
    const here = await scene('tcp');
    here.client.send('hello');
    const upstream = await here.backend.connection(0);
    await upstream.receives('hello');
    upstream.send('hello, hello');
    await here.client.receives('hello, hello');
    await here.clock.advance(61_500);

    here.client.socket.resetAndDestroy();

    const [line] = await linesOf(here, 1);
    expect(line).toEqual({
      level: 30,
      time: expect.any(Number),
      msg: 'Ended a session',
      listener: 'tcp',
      client: '127.0.0.1',
      connectedSeconds: expect.any(Number),
      backend: 'prod-0',
      bytesIn: 5,
      bytesOut: 12,
      tries: 1,
    });
    expect(Math.floor(Number(line?.['connectedSeconds']))).toBeGreaterThanOrEqual(61);
  });

  it('tells of a connection that found no backend', async () => {
    const here = await scene('tcp');
    here.rig.dataPlane.setBackends([]);

    await here.client.closes();

    expect(await linesOf(here, 1)).toMatchObject([{ msg: 'Ended a session', backend: null, tries: 0, bytesIn: 0 }]);
  });
});
