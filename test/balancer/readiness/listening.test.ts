import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listeningPorts } from '../../../src/balancer/readiness/listening.ts';
import type { SocketTable } from '../../../src/balancer/sockets/socket-table.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** A real listener on this machine; its kernel prints the tables that we read. */
async function listenOn(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => sockets.push(socket));
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

const tableAt = (path: string): SocketTable => ({ path, protocol: 'TCP', mayBeMissing: false });

describe('listeningPorts', () => {
  it('finds a real listener, and misses it once it is closed', async () => {
    const { server, port } = await listenOn('0.0.0.0');
    const before = listeningPorts().has(port);

    server.close();
    await once(server, 'close');

    expect(before).toBe(true);
    expect(listeningPorts().has(port)).toBe(false);
  });

  it('does not count a listener on a loopback address: no other pod reaches it', async () => {
    const { port } = await listenOn('127.0.0.1');

    expect(listeningPorts().has(port)).toBe(false);
  });

  it('does not count the client side of a connection', async () => {
    const { port } = await listenOn('0.0.0.0');
    const client = connect(port, '127.0.0.1');
    sockets.push(client);
    await once(client, 'connect');

    expect(listeningPorts().has(client.localPort ?? -1)).toBe(false);
  });

  it('takes a table that cannot be read for an empty one', () => {
    expect(listeningPorts([tableAt('/proc/net/no-such-table')])).toEqual(new Set());
  });
});

describe('listeningPorts of a long table', () => {
  const row = (port: number, state: string): string => {
    const local = `00000000:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  0  0 1 1 0`.padEnd(149);
  };
  const ports = Array.from({ length: 500 }, (_, index) => 1000 + index);

  it.each([
    { name: 'that ends after its listeners', sessions: 0 },
    { name: 'that goes on with thousands of sessions', sessions: 20_000 },
  ])('$name finds every listener', async ({ sessions }) => {
    const folder = await mkdtemp(join(tmpdir(), 'proc-net-'));
    const path = join(folder, 'tcp');
    const rows = [...ports.map((port) => row(port, '0A')), ...Array.from({ length: sessions }, () => row(2222, '01'))];
    await writeFile(path, `${['  sl  local_address', ...rows].join('\n')}\n`);

    const found = listeningPorts([tableAt(path)]);
    await rm(folder, { recursive: true });

    expect(found).toEqual(new Set(ports));
  });
});
