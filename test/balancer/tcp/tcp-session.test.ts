import { afterEach, describe, expect, it } from '@jest/globals';
import { deafServer } from '../deaf-server.ts';
import { soon } from '../../kube/soon.ts';
import { rawClient, rawServer, type RawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt, freePort, type Rig, startRig } from '../rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serverOf(onConnection?: (socket: RawSocket) => void): Promise<RawServer> {
  const server = await rawServer(onConnection);
  cleanups.push(() => server.close());
  return server;
}

async function rigOf(...parameters: Parameters<typeof startRig>): Promise<Rig> {
  const rig = await startRig(...parameters);
  cleanups.push(() => rig.close());
  return rig;
}

function clientOf(rig: Rig): RawSocket {
  const client = rawClient(rig.tcpPort);
  cleanups.push(() => client.destroy());
  return client;
}

describe('TCP through the balancer', () => {
  it('goes to 0, 1, 2, 0, 1, 2 by connection, and counts sessions by backend', async () => {
    const servers = await Promise.all([0, 1, 2].map((index) => serverOf((socket) => socket.send(`prod-${index}\n`))));
    const rig = await rigOf(
      servers.map(({ port }, index) => backendAt(`prod-${index}`, port)),
      {},
      'prod-1',
    );

    const order: string[] = [];
    for (let count = 0; count < 6; count += 1) order.push(await clientOf(rig).receives('\n'));

    expect(order.map((line) => line.trim())).toEqual(['prod-0', 'prod-1', 'prod-2', 'prod-0', 'prod-1', 'prod-2']);
    expect(rig.dataPlane.sessions()).toEqual({
      sessions: 2,
      transit: 4,
      backends: { 'prod-0': 2, 'prod-1': 2, 'prod-2': 2 },
    });
  });

  it('carries a half-close from the client, and the answer after it', async () => {
    const server = await serverOf();
    const client = clientOf(await rigOf([backendAt('prod-0', server.port)]));
    client.socket.end('question');
    const backend = await server.connection(0);
    await soon('the half-close', () => backend.ended);

    backend.send('answer ');
    await client.receives('answer ');
    backend.socket.end('to all');

    expect(await client.closes()).toBe('answer to all');
    expect(backend.text).toBe('question');
  });

  it('carries a half-close from the backend, and what the client says after it', async () => {
    const server = await serverOf((socket) => socket.socket.end('hello and bye'));
    const client = clientOf(await rigOf([backendAt('prod-0', server.port)]));
    await client.receives('hello and bye');
    await soon('the half-close', () => client.ended);

    client.socket.end('last words');

    const backend = await server.connection(0);
    expect(await backend.receives('last words')).toBe('last words');
    await backend.closes();
  });

  it.each(['client', 'backend'] as const)('carries a reset by the %s', async (side) => {
    const server = await serverOf((socket) => socket.send('ready'));
    const rig = await rigOf([backendAt('prod-0', server.port)]);
    const client = clientOf(rig);
    await client.receives('ready');
    const backend = await server.connection(0);
    const [resetting, other] = side === 'client' ? [client, backend] : [backend, client];

    resetting.socket.resetAndDestroy();

    await other.closes();
    expect(other.error).toBe('ECONNRESET');
    await soon('the end of the session', () => rig.dataPlane.sessions().sessions === 0);
  });

  it('connects to another backend when one refuses; nothing is lost', async () => {
    const server = await serverOf();
    const rig = await rigOf([backendAt('prod-0', await freePort()), backendAt('prod-1', server.port)]);
    const client = clientOf(rig);

    client.send('first bytes');

    const backend = await server.connection(0);
    await backend.receives('first bytes');
    expect(rig.dataPlane.sessions().backends).toEqual({ 'prod-1': 1 });
  });

  it('connects to another backend when one does not answer in time', async () => {
    const server = await serverOf((socket) => socket.send('here'));
    const deaf = await deafServer();
    cleanups.push(() => deaf.close());
    const rig = await rigOf([backendAt('prod-0', deaf.port), backendAt('prod-1', server.port)], {
      limits: { connectMilliseconds: 100 },
    });

    expect(await clientOf(rig).receives('here')).toBe('here');
  });

  it('does not blame a backend for connects that it gives up itself', async () => {
    const deaf = await deafServer();
    cleanups.push(() => deaf.close());
    const rig = await rigOf([backendAt('prod-0', deaf.port)]);
    const clients = [clientOf(rig), clientOf(rig), clientOf(rig)];
    await soon('three connects', () => rig.dataPlane.sessions().sessions === clients.length);

    await rig.close();
    await Promise.all(clients.map((client) => client.ends()));

    expect(rig.lines.map(({ msg }) => msg)).not.toContain('Ejected a backend that failed');
  });

  it('resets the client when no backend can be reached', async () => {
    const rig = await rigOf([backendAt('prod-0', await freePort())]);
    const client = clientOf(rig);

    await client.closes();

    expect(client.error).toBe('ECONNRESET');
    expect(rig.metric('gatewaypool_balancer_rejected_total{listener="tcp",reason="NoBackend"}')).toBe(1);
  });

  it('stops choosing a backend that refuses three times in a row', async () => {
    const server = await serverOf((socket) => socket.send('here'));
    const rig = await rigOf([backendAt('prod-0', await freePort()), backendAt('prod-1', server.port)]);

    for (let count = 0; count < 8; count += 1) await clientOf(rig).receives('here');

    expect(rig.metric('gatewaypool_balancer_retries_total{listener="tcp",reason="ConnectFailed"}')).toBe(3);
    expect(rig.metric('gatewaypool_balancer_backend_healthy{listener="tcp",backend="prod-0"}')).toBe(0);
  });

  it('ends a session on which nothing moves, and only that one', async () => {
    const server = await serverOf((socket) => socket.socket.on('data', (bytes) => socket.socket.write(bytes)));
    const rig = await rigOf([backendAt('prod-0', server.port)], { limits: { idleMilliseconds: 700 } });
    const silent = clientOf(rig);
    const talking = clientOf(rig);
    const talk = setInterval(() => talking.send('.'), 50);
    cleanups.push(() => clearInterval(talk));

    await silent.ends();

    expect(talking.ended || talking.closed).toBe(false);
    expect(rig.dataPlane.sessions().sessions).toBe(1);
  });

  it('tells the backend who the client is when PROXY v2 is on', async () => {
    const server = await serverOf();
    const rig = await rigOf([backendAt('prod-0', server.port)], { proxyProtocol: 'V2' });
    const client = clientOf(rig);

    client.send('hello');

    const backend = await server.connection(0);
    const bytes = Buffer.from(await backend.receives('hello'), 'latin1');
    expect(bytes.subarray(0, 16).toString('hex')).toBe('0d0a0d0a000d0a515549540a2111000c');
    expect([...bytes.subarray(16, 24)]).toEqual([127, 0, 0, 1, 127, 0, 0, 1]);
    expect(bytes.readUInt16BE(24)).toBe(client.socket.localPort);
    expect(bytes.readUInt16BE(26)).toBe(rig.tcpPort);
    expect(bytes.subarray(28).toString()).toBe('hello');
  });
});
