import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Accepted, resetAccepted, takeConnections } from '../../../src/balancer/transport/accepted.ts';
import { listen } from '../../../src/balancer/transport/listen.ts';
import { Wire } from '../../../src/balancer/transport/wire.ts';
import { soon } from '../../kube/soon.ts';
import { rawClient } from '../raw-socket.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

async function serverWith(change: (handle: object) => void): Promise<{ server: Server; port: number }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  cleanups.push(() => server.close());
  await once(server, 'listening');
  const handle: unknown = Reflect.get(server, '_handle');
  if (typeof handle === 'object' && handle !== null) change(handle);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { server, port: address.port };
}

function client(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  return socket;
}

/** The kernel's line about our end of a connection: its timer says whether keep-alive is on. */
function kernelLine(localPort: number, remotePort: number): string {
  const hex = (port: number): string => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  return lines.find((line) => line.includes(`${hex(localPort)} `) && line.includes(`${hex(remotePort)} 01 `)) ?? '';
}

describe('takeConnections', () => {
  it('hands over connections without a socket around them', async () => {
    const { server, port } = await serverWith(() => {});
    const taken: Accepted[] = [];
    let emitted = 0;
    server.on('connection', () => (emitted += 1));

    const works = takeConnections(server, (handle) => taken.push(handle));
    client(port);

    const handle = await soon('a connection', () => taken[0]);
    expect(works).toBe(true);
    expect(handle).not.toBeInstanceOf(Socket);
    expect(emitted).toBe(0);
    resetAccepted(handle);
  });

  it.each([
    {
      name: 'keeps accepted connections elsewhere',
      change: (handle: object) => Reflect.set(handle, 'onconnection', 0),
    },
    { name: 'sets options in another way', change: (handle: object) => Reflect.set(handle, 'setNoDelay', undefined) },
    { name: 'refuses an option', change: (handle: object) => Reflect.set(handle, 'setKeepAlive', () => -22) },
  ])('changes nothing where Node $name', async ({ change }) => {
    const { server } = await serverWith(change);
    const before: unknown = Reflect.get(Reflect.get(server, '_handle'), 'onconnection');

    const works = takeConnections(server, () => {});

    expect(works).toBe(false);
    expect(Reflect.get(Reflect.get(server, '_handle'), 'onconnection')).toBe(before);
  });

  it('leaves what is no connection to the server', async () => {
    const { server } = await serverWith(() => {});
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    takeConnections(server, () => {});
    const listening: object = Reflect.get(server, '_handle');

    // EMFILE.
    Reflect.apply(Reflect.get(listening, 'onconnection'), listening, [-24, undefined]);

    expect(errors).toMatchObject([{ code: 'EMFILE' }]);
  });
});

describe('listen', () => {
  it.each([
    { name: 'bare', take: takeConnections, bare: true },
    { name: 'inside a socket', take: () => false, bare: false },
  ])('says that it hands over connections $name; they have keep-alive on', async ({ take, bare }) => {
    const wires: Wire[] = [];
    const idle = { onBytes: () => {}, onEnd: () => {}, onDrained: () => {}, onClosed: () => {} };
    const listening = await listen('127.0.0.1', 0, (accepted) => wires.push(Wire.accept(accepted, 1024, idle)), take);
    cleanups.push(() => listening.close());
    const socket = client(listening.port);

    const wire = await soon('a connection', () => wires[0]);
    cleanups.push(() => wire.destroy());

    expect(listening.bare).toBe(bare);
    expect(wire.remotePort).toBe(socket.localPort);
    // Timer 02: keep-alive (Documentation/networking/proc_net_tcp.rst).
    await soon('keep-alive', () => kernelLine(listening.port, wire.remotePort).includes(' 02:'));
  });

  it.each([
    { name: 'bare', take: takeConnections },
    { name: 'in a socket', take: () => false },
  ])('lets connections be turned away, $name', async ({ take }) => {
    const listening = await listen('127.0.0.1', 0, resetAccepted, take);
    cleanups.push(() => listening.close());
    const raw = rawClient(listening.port);
    cleanups.push(() => raw.destroy());

    await raw.closes();

    expect(raw.error).toBe('ECONNRESET');
  });
});
