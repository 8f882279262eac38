import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { ownSockets } from '../../../src/balancer/sockets/own-sockets.ts';
import { socketRows, tcpTables } from '../../../src/balancer/sockets/socket-table.ts';

const sockets: Socket[] = [];
const server = createServer((socket) => sockets.push(socket));

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
  await once(server, 'close');
});

/** The row of the kernel's table for the end of a connection at `port`. */
function inodeAt(port: number | undefined): string | undefined {
  return tcpTables
    .flatMap((table) => [...socketRows(table)])
    .find(({ local, state }) => local.port === port && state === '01')?.inode;
}

describe('ownSockets', () => {
  it('finds the sockets of this process in the tables, and not those of another', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const client = connect(address.port, '127.0.0.1');
    sockets.push(client);
    await once(client, 'connect');

    const stranger = spawn('cat', { stdio: 'pipe' });
    await once(stranger, 'spawn');

    const inode = inodeAt(client.localPort);
    const strangers = ownSockets(`/proc/${stranger.pid}/fd`);
    stranger.kill();

    expect(inode).toMatch(/^[1-9]\d*$/);
    expect(ownSockets().has(inode ?? '')).toBe(true);
    expect(strangers.has(inode ?? '')).toBe(false);
  });
});
