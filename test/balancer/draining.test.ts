import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { BalancerConfig } from '../../src/balancer/config/schema.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { soon } from '../kube/soon.ts';
import { rawClient, rawServer, type RawServer, type RawSocket } from './raw-socket.ts';
import { backendAt, freePort, type Rig, startRig } from './rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const response = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
/** Whatever is asked for, the backend answers with its path. */
const answerPath = (socket: RawSocket) => {
  let answered = 0;
  socket.socket.on('data', () => {
    const paths = [...socket.text.matchAll(/GET (\S+) HTTP/g)].map(([, path]) => path ?? '');
    for (const path of paths.slice(answered)) socket.send(response(path));
    answered = paths.length;
  });
};

interface Scene {
  readonly rig: Rig;
  readonly backend: RawServer;
}

async function scene(onConnection?: (socket: RawSocket) => void, clock?: FakeClock): Promise<Scene> {
  const backend = await rawServer(onConnection);
  const rig = await startRig([backendAt('prod-0', backend.port)], {}, 'prod-0', clock);
  cleanups.push(
    () => backend.close(),
    () => rig.close(),
  );
  return { rig, backend };
}

function clientOf(port: number): RawSocket {
  const client = rawClient(port);
  cleanups.push(() => client.destroy());
  return client;
}

describe('while it drains, the balancer', () => {
  it('answers a keep-alive client and tells it to go; the client loses nothing', async () => {
    const { rig } = await scene(answerPath);
    const client = clientOf(rig.httpPort);
    client.send(get('/before'));
    await client.receives('\r\n\r\n/before');

    rig.dataPlane.setDraining(true);
    client.send(get('/during'));

    expect(await client.ends()).toMatch(/Connection: close\r\n[^]*\r\n\r\n\/during$/);
    expect(client.text.split('Connection: close')).toHaveLength(2);
  });

  it('tells it to a client whose request is under way, too', async () => {
    const { rig, backend } = await scene();
    const client = clientOf(rig.httpPort);
    client.send(get('/slow'));
    const upstream = await backend.connection(0);
    await upstream.receives('/slow');

    rig.dataPlane.setDraining(true);
    upstream.send(response('done'));

    expect(await client.ends()).toMatch(/Connection: close\r\n[^]*\r\n\r\ndone$/);
  });

  it('serves new clients, on listeners that are opened meanwhile as well', async () => {
    const { rig } = await scene(answerPath);
    rig.dataPlane.setDraining(true);
    const port = await freePort();
    const listener = { name: 'late', protocol: 'HTTP', address: '127.0.0.1', port };
    await rig.dataPlane.setConfig(BalancerConfig.parse({ listeners: [listener] }));
    const client = clientOf(port);

    client.send(get('/late'));

    expect(await client.ends()).toMatch(/Connection: close\r\n[^]*\r\n\r\n\/late$/);
  });

  it('keeps connections again when the drain is taken back', async () => {
    const { rig } = await scene(answerPath);
    const client = clientOf(rig.httpPort);
    rig.dataPlane.setDraining(true);

    rig.dataPlane.setDraining(false);
    client.send(get('/one'));
    await client.receives('/one');
    client.send(get('/two'));

    expect(await client.receives('/two')).not.toContain('Connection: close');
  });

  it('leaves an idle client alone and tells that it is there', async () => {
    const { rig } = await scene(answerPath);
    const idle = clientOf(rig.httpPort);
    const tcp = clientOf(rig.tcpPort);
    idle.send(get('/one'));
    await idle.receives('/one');
    await soon('the TCP session', () => rig.dataPlane.sessions().sessions === 1);

    rig.dataPlane.setDraining(true);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();

    expect([idle.ended, tcp.ended]).toEqual([false, false]);
    expect(rig.dataPlane.waitingClients()).toBe(1);
    idle.destroy();
    await soon('the client to be forgotten', () => rig.dataPlane.waitingClients() === 0);
  });

  it('counts a half-closed TCP session until its other half ends', async () => {
    const { rig, backend } = await scene();
    const client = clientOf(rig.tcpPort);
    client.socket.end('last words');
    const upstream = await backend.connection(0);
    await soon('the half-close', () => upstream.ended);
    rig.dataPlane.setDraining(true);

    const during = rig.dataPlane.sessions().sessions;
    upstream.send('answer');
    await client.receives('answer');
    upstream.socket.end();

    await soon('the end of the session', () => rig.dataPlane.sessions().sessions === 0);
    expect(during).toBe(1);
    expect(client.error).toBeUndefined();
  });

  it('keeps no connection to a backend that drains, once its last response is out', async () => {
    const { rig, backend } = await scene();
    const other = await rawServer(answerPath);
    cleanups.push(() => other.close());
    const client = clientOf(rig.httpPort);
    client.send(get('/slow'));
    const upstream = await backend.connection(0);
    await upstream.receives('/slow');

    rig.dataPlane.setBackends([backendAt('prod-0', backend.port, { draining: true }), backendAt('prod-1', other.port)]);
    upstream.send(response('done'));

    await client.receives('done');
    await upstream.ends();
    client.send(get('/next'));
    await client.receives('/next');
    expect([backend.connections.length, other.connections.length]).toEqual([1, 1]);
  });

  it('still uses its own instance when it is the only one', async () => {
    const { rig, backend } = await scene(answerPath);

    rig.dataPlane.setBackends([backendAt('prod-0', backend.port, { ready: false })]);
    const client = clientOf(rig.httpPort);
    client.send(get('/only'));

    expect(await client.receives('/only')).toContain('200 OK');
  });
});

describe('cut', () => {
  it('tells how many sessions of the own instance and of others it ended', async () => {
    const { rig, backend } = await scene();
    const other = await rawServer();
    cleanups.push(() => other.close());
    rig.dataPlane.setBackends([backendAt('prod-0', backend.port), backendAt('prod-1', other.port)]);
    for (let count = 0; count < 3; count += 1) clientOf(rig.tcpPort);
    await soon('three sessions', () => backend.connections.length + other.connections.length === 3);

    const counts = rig.dataPlane.cut();

    expect(counts).toEqual({ sessions: 2, transit: 1, backends: { 'prod-0': 2, 'prod-1': 1 } });
    expect(rig.dataPlane.cut()).toEqual({ sessions: 0, transit: 0, backends: {} });
    await soon('the end of all', () => rig.metric('gatewaypool_balancer_client_connections') === 0);
  });

  it('resets both sides of a TCP session, so that neither takes it for whole', async () => {
    const { rig, backend } = await scene((socket) => socket.send('half of a file'));
    const client = clientOf(rig.tcpPort);
    await client.receives('half of a file');
    const upstream = await backend.connection(0);

    rig.dataPlane.cut();

    await Promise.all([client.closes(), upstream.closes()]);
    expect([client.error, upstream.error]).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  it('answers a request that has no response yet, and breaks off one that has', async () => {
    const { rig, backend } = await scene();
    const [unanswered, answered] = [clientOf(rig.httpPort), clientOf(rig.httpPort)];
    unanswered.send(get('/unanswered'));
    answered.send(get('/answered'));
    await soon('both requests', () => backend.connections.every(({ text }) => text.includes('\r\n\r\n')));
    const half = await soon('the one of them', () =>
      backend.connections.find(({ text }) => text.includes('/answered')),
    );
    half.send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    await answered.receives('half');

    rig.dataPlane.cut();

    expect(await unanswered.ends()).toMatch(/^HTTP\/1\.1 504 [^]*ended before the backend answered/);
    await answered.closes();
    expect(answered.error).toBe('ECONNRESET');
  });

  it('leaves listeners open, and connections without a session', async () => {
    const { rig } = await scene(answerPath);
    const idle = clientOf(rig.httpPort);
    idle.send(get('/one'));
    await idle.receives('/one');

    rig.dataPlane.cut();
    idle.send(get('/two'));

    expect(await idle.receives('/two')).toContain('200 OK');
  });
});

describe('a WebSocket that is cut', () => {
  async function echo(): Promise<{ rig: Rig; socket: WebSocket }> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (peer) => peer.on('message', (data) => peer.send(data)));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const rig = await startRig([backendAt('prod-0', address.port)], {}, 'prod-0');
    const socket = new WebSocket(`ws://127.0.0.1:${rig.httpPort}/`);
    cleanups.push(
      () => rig.close(),
      () => {
        for (const peer of server.clients) peer.terminate();
        server.close();
      },
      () => socket.terminate(),
    );
    await once(socket, 'open');
    return { rig, socket };
  }

  /** A WebSocket whose backend the test plays, byte by byte, with `firstBytes` behind the head of the response. */
  async function played(
    firstBytes = '',
    clock?: FakeClock,
  ): Promise<Scene & { client: RawSocket; upstream: RawSocket }> {
    const here = await scene(() => {}, clock);
    const client = clientOf(here.rig.httpPort);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    const upstream = await here.backend.connection(0);
    await upstream.receives('websocket');
    const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';
    upstream.send(`${head}${firstBytes}`);
    await client.receives(`\r\n\r\n${firstBytes}`);
    return { ...here, client, upstream };
  }

  const closeFrame = '\x88\x1c\x03\xe9this gateway instance ends';

  it('gets code 1001 and a reason that a client understands', async () => {
    const { rig, socket } = await echo();
    socket.send('hello');
    await once(socket, 'message');

    rig.dataPlane.cut();

    const [code, reason] = await once(socket, 'close');
    expect([code, String(reason)]).toEqual([1001, 'this gateway instance ends']);
    await soon('the end of the connection', () => rig.metric('gatewaypool_balancer_client_connections') === 0);
  });

  it('gets it behind the frame that is under way, and nothing of the next one', async () => {
    const { rig, client, upstream } = await played('\x81\x05he');

    rig.dataPlane.cut();
    upstream.send('llo\x81\x04next');

    const text = await client.ends();
    expect(text.slice(text.indexOf('\x81'))).toBe(`\x81\x05hello${closeFrame}`);
    await upstream.ends();
  });

  it.each([
    { name: 'that its client has not answered yet', firstBytes: '' },
    { name: 'behind a frame that is under way', firstBytes: '\x81\x05he' },
  ])('counts no more, also $name', async ({ firstBytes }) => {
    const { rig, client } = await played(firstBytes);

    const first = rig.dataPlane.cut();
    const second = rig.dataPlane.cut();

    expect([first.sessions, second.sessions]).toEqual([1, 0]);
    expect(client.closed).toBe(false);
  });

  it('is not told after the backend said goodbye itself', async () => {
    const { rig, client } = await played('\x88\x02\x03\xe8');

    rig.dataPlane.cut();

    expect(await client.ends()).not.toContain(closeFrame);
  });

  it('is dropped when the frame under way does not end', async () => {
    const clock = new FakeClock();
    const { rig, client } = await played('\x81\x05he', clock);

    rig.dataPlane.cut();
    await clock.advance(1000);
    const atOnce = client.closed || client.ended;
    await clock.advance(1000);

    expect(await client.ends()).not.toContain(closeFrame);
    expect(atOnce).toBe(false);
    await soon('the end of the connection', () => rig.metric('gatewaypool_balancer_client_connections') === 0);
  });

  it('is let go when its client does not end its own side', async () => {
    const clock = new FakeClock();
    const { rig, client } = await played('', clock);

    rig.dataPlane.cut();
    await client.receives(closeFrame);
    client.send('\x81\x80\x01\x02\x03\x04');
    const before = client.closed;

    // Note: step by step, as the time runs from when the kernel has taken the last frame.
    await soon('the end of the connection', async () => {
      await clock.advance(1000);
      return rig.metric('gatewaypool_balancer_client_connections') === 0;
    });
    expect(before).toBe(false);
  });

  it('is let go also when its backend went away and its client does not end its own side', async () => {
    const clock = new FakeClock();
    const { rig, client, upstream } = await played('', clock);

    upstream.destroy();
    await client.receives(closeFrame);
    const before = client.closed;

    await soon('the end of the session', async () => {
      await clock.advance(1000);
      return rig.dataPlane.sessions().sessions === 0;
    });
    expect(before).toBe(false);
    expect(clock.monotonicMilliseconds()).toBeLessThan(60_000);
  });

  it('that speaks another protocol is reset: nobody can be told anything in it', async () => {
    const { rig, backend } = await scene();
    const client = clientOf(rig.httpPort);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('raw');
    upstream.send('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\nfirst');
    await client.receives('first');

    rig.dataPlane.cut();

    await client.closes();
    expect(client.error).toBe('ECONNRESET');
  });
});
