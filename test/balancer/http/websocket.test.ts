import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { soon } from '../../kube/soon.ts';
import { type RawServer, type RawSocket, rawClient, rawServer } from '../raw-socket.ts';
import { backendAt, type Rig, startRig } from '../rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function echoRig(): Promise<{ rig: Rig; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 16 * 1024 * 1024 });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      const text = !isBinary && Buffer.isBuffer(data) ? data.toString() : '';
      if (text.startsWith('close ')) socket.close(Number(text.slice(6)), 'as asked');
      else socket.send(data, { binary: isBinary });
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const rig = await startRig([backendAt('prod-0', address.port)]);
  cleanups.push(
    () => rig.close(),
    () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  );
  return { rig, server };
}

async function open(rig: Rig): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${rig.httpPort}/shell`);
  cleanups.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function rawPair(): Promise<{ rig: Rig; backend: RawServer; client: RawSocket }> {
  const backend = await rawServer();
  const rig = await startRig([backendAt('prod-0', backend.port)]);
  const client = rawClient(rig.httpPort);
  cleanups.push(
    () => backend.close(),
    () => rig.close(),
    () => client.destroy(),
  );
  return { rig, backend, client };
}

describe('WebSocket through the balancer', () => {
  it('carries messages of any size both ways, and counts as one session until it ends', async () => {
    const { rig } = await echoRig();
    const socket = await open(rig);
    const big = Buffer.alloc(3_000_000, 7);

    socket.send('hello');
    const [hello] = await once(socket, 'message');
    socket.send(big);
    const [echoed] = await once(socket, 'message');

    expect(String(hello)).toBe('hello');
    expect(big.equals(echoed)).toBe(true);
    expect(rig.dataPlane.sessions().backends).toEqual({ 'prod-0': 1 });
    socket.close();
    await soon('the end of the session', () => rig.dataPlane.sessions().sessions === 0);
  });

  it('carries the server’s close code', async () => {
    const { rig } = await echoRig();
    const socket = await open(rig);

    socket.send('close 4321');

    const [code, reason] = await once(socket, 'close');
    expect([code, String(reason)]).toEqual([4321, 'as asked']);
  });

  it.each([
    { name: 'ended its connection', leave: (socket: Socket) => socket.destroy() },
    { name: 'reset its connection', leave: (socket: Socket) => socket.resetAndDestroy() },
  ])('tells a client whose gateway $name without a word that it went away', async ({ leave }) => {
    const { rig, server } = await echoRig();
    const accepted = once(server, 'connection');
    const socket = await open(rig);
    const [, request] = await accepted;

    leave(request.socket);

    const [code] = await once(socket, 'close');
    expect(code).toBe(1001);
    await soon('the end of the session', () => rig.dataPlane.sessions().sessions === 0);
  });

  it('carries the client’s close code', async () => {
    const { rig, server } = await echoRig();
    const socket = await open(rig);
    const [peer] = server.clients;
    if (peer === undefined) throw new Error('the server has this client');

    socket.close(4001, 'done');

    const [code, reason] = await once(peer, 'close');
    expect([code, String(reason)]).toEqual([4001, 'done']);
  });

  it('tells the other side when one is reset', async () => {
    const { rig, server } = await echoRig();
    const socket = await open(rig);
    const [peer] = server.clients;
    if (peer === undefined) throw new Error('the server has this client');

    socket.terminate();

    const [code] = await once(peer, 'close');
    expect(code).toBe(1006);
    await soon('the end of the session', () => rig.dataPlane.sessions().sessions === 0);
  });

  it('answers what the backend answers instead of switching', async () => {
    const backend = await rawServer();
    const rig = await startRig([backendAt('prod-0', backend.port)]);
    cleanups.push(
      () => backend.close(),
      () => rig.close(),
    );
    const socket = new WebSocket(`ws://127.0.0.1:${rig.httpPort}/`);
    const upstream = await backend.connection(0);
    await upstream.receives('Upgrade: websocket');

    upstream.send('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');

    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('403');
  });

  it.each([
    { name: 'a protocol that was not offered', fields: 'Connection: upgrade\r\nUpgrade: other\r\n' },
    { name: 'one beside it', fields: 'Connection: upgrade\r\nUpgrade: websocket, other\r\n' },
    { name: 'no protocol', fields: 'Connection: upgrade\r\nUpgrade:\r\n' },
    { name: 'no Upgrade', fields: 'Connection: upgrade\r\n' },
    { name: 'no Connection', fields: 'Upgrade: websocket\r\n' },
  ])('answers 502 when the backend switches to $name', async ({ fields }) => {
    const { backend, client } = await rawPair();
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket, raw\r\n\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('Upgrade: websocket');

    upstream.send(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\nhello`);

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 502 /);
    expect(client.text).not.toContain('hello');
  });

  it('follows the protocol that the backend picked of several', async () => {
    const { rig, backend, client } = await rawPair();
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: raw, WebSocket\r\n\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('Upgrade:');
    upstream.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n');
    await client.receives('Upgrade: WebSocket');

    rig.dataPlane.cut();

    // Only in a WebSocket a client can be told: 1001, RFC 6455 §7.4.1.
    expect(await client.ends()).toContain('\x03\xe9');
  });

  it('passes bytes that came with either head, and half-close after the switch', async () => {
    const { backend, client } = await rawPair();
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\nearly');
    const upstream = await backend.connection(0);
    await upstream.receives('Upgrade: raw');
    expect(upstream.text).not.toContain('early');

    upstream.send('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\nfirst');
    await client.receives('first');
    await upstream.receives('early');
    client.socket.end('last words');
    await upstream.receives('last words');
    await soon('the half-close', () => upstream.ended);
    upstream.socket.end('reply to last words');

    await client.receives('reply to last words');
    await client.closes();
  });
});
