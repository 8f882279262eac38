import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { closeServers, portOf } from '../../balancer/loopback-servers.ts';
import { RawSocket } from '../../balancer/raw-socket.ts';
import { startChild } from '../../cluster/processes/child.ts';
import { freePorts } from '../../cluster/processes/ports.ts';
import { run } from '../../cluster/processes/run.ts';
import { until } from '../../cluster/until.ts';
import { type Lanes, startLanes } from './balancer-lanes.ts';
import { answers } from './peers/answers.ts';
import { describeWith } from './peers/describe-with.ts';

const peer = join(import.meta.dirname, 'websocket-peer.py');
/** Debian's own, which has the package. */
const python = '/usr/bin/python3';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await closeServers();
});

async function lanesBefore(port: number): Promise<Lanes & { port: number }> {
  const lanes = await startLanes([port]);
  cleanups.push(() => lanes.stop());
  return { ...lanes, port: lanes.ports[0] ?? 0 };
}

/** The echo server of the ws library, beginning with `hello`. */
async function echoServer(): Promise<number> {
  const server = createServer();
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.send('hello');
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  return portOf(server);
}

async function pythonServer(): Promise<number> {
  const ports = await freePorts(1);
  const [port = 0] = ports;
  const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-websocket-'));
  const child = startChild(folder, 'websockets', python, [peer, 'server', `${port}`]);
  cleanups.push(async () => {
    await child.stop(0);
    await rm(folder, { recursive: true });
  });
  await answers(child, ports);
  return port;
}

/** A client of the ws library, once the server said hello; and what it got after that. */
async function clientOf(port: number): Promise<{ client: WebSocket; got: string[] }> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/a`);
  const got: string[] = [];
  client.on('message', (data: Buffer) => got.push(data.toString('latin1')));
  client.on('error', () => {});
  cleanups.push(async () => client.terminate());
  await until('hello', 5000, () => got.shift() === 'hello');
  return { client, got };
}

await describeWith('websockets', () => {
  it('from a client of python3-websockets to a server of ws', async () => {
    const { port } = await lanesBefore(await echoServer());

    const out = await run(python, [peer, 'client', `${port}`], { timeoutMilliseconds: 30_000 });

    expect(out).toBe('closed 1000\n');
  });

  it('from a client of ws to a server of python3-websockets', async () => {
    const { port } = await lanesBefore(await pythonServer());
    const { client, got } = await clientOf(port);
    const large = 'x'.repeat(1_000_000);

    client.send('a');
    client.send(large);
    await until('both echoes', 10_000, () => got.length === 2);
    client.close(4000, 'done');
    const [code] = await once(client, 'close');

    expect(got).toEqual(['a', large]);
    expect(code).toBe(4000);
  });
});

describe('WebSockets through the balancer', () => {
  it('end with 1001 when the balancer is told to end at once', async () => {
    const { port, child } = await lanesBefore(await echoServer());
    const { client } = await clientOf(port);

    const closed = once(client, 'close');
    child.kill('SIGTERM');
    await until('a port that is closed', 10_000, () => isRefused(port));
    child.kill('SIGTERM');
    const [code] = await closed;

    expect(code).toBe(1001);
  });

  it('end with 1001 when their backend dies', async () => {
    const sockets: Socket[] = [];
    const server = createServer();
    server.on('connection', (socket) => sockets.push(socket));
    new WebSocketServer({ server }).on('connection', (socket) => socket.send('hello'));
    const { port } = await lanesBefore(await portOf(server));
    const { client } = await clientOf(port);

    const closed = once(client, 'close');
    for (const socket of sockets) socket.resetAndDestroy();
    const [code] = await closed;

    expect(code).toBe(1001);
  });

  it('carry the end of one half, and the other half goes on', async () => {
    const server = createServer();
    server.on('upgrade', (_request, socket) => {
      let text = '';
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1');
      });
      socket.on('end', () => setTimeout(() => socket.end(`all of it: ${text}`), 100));
    });
    const { port } = await lanesBefore(await portOf(server));
    const client = new RawSocket(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));

    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly ');
    await client.receives('101 Switching');
    client.socket.end('and late');
    const text = await client.ends();
    client.destroy();

    expect(text).toMatch(/all of it: early and late$/);
  });
});

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}
