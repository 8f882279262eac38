import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DirectStream } from '../../../src/balancer/transport/direct-stream.ts';
import { soon } from '../../kube/soon.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

/** Both ends of a connection: ours is read from and written to directly. */
async function connection(): Promise<{
  socket: Socket;
  stream: DirectStream;
  peer: Socket;
  received: Buffer[];
  flushes: () => number;
}> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
  cleanups.push(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const accepted = once(server, 'connection');
  const buffer = Buffer.alloc(1000);
  const socket: Socket = Reflect.construct(Socket, [
    { allowHalfOpen: true, onread: { buffer, callback: () => true } },
  ]).connect(address.port, '127.0.0.1');
  socket.on('error', () => {});
  cleanups.push(() => socket.destroy());
  const [peer]: Socket[] = await accepted;
  if (!(peer instanceof Socket)) throw new Error('nobody was accepted');
  cleanups.push(() => peer.destroy());
  if (socket.connecting) await once(socket, 'connect');

  const received: Buffer[] = [];
  let flushes = 0;
  const stream = DirectStream.of(socket, {
    receive: (count) => received.push(Buffer.from(buffer.subarray(0, count))),
    nextBuffer: () => undefined,
    onFlushed: () => (flushes += 1),
  });
  if (stream === undefined) throw new Error('this Node offers no direct streams');
  socket.resume();
  return { socket, stream, peer, received, flushes: () => flushes };
}

/** Reads until so many octets came. */
async function readAll(peer: Socket, octets: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let count = 0;
  peer.on('data', (bytes: Buffer) => {
    parts.push(bytes);
    count += bytes.length;
  });
  peer.resume();
  await soon('all octets', () => count >= octets);
  return Buffer.concat(parts);
}

/** Octets that tell where they stand. */
function numbered(octets: number): Buffer {
  const bytes = Buffer.alloc(octets);
  for (let offset = 0; offset + 4 <= octets; offset += 4) bytes.writeUInt32LE(offset, offset);
  return bytes;
}

/** More than the kernel takes for a peer that does not read. */
const much = 32 * 1024 * 1024;

describe('DirectStream', () => {
  it('writes at once what the kernel takes', async () => {
    const { stream, peer, flushes } = await connection();

    stream.write(Buffer.from('hello'));

    expect(stream.queuedBytes).toBe(0);
    expect((await readAll(peer, 5)).toString()).toBe('hello');
    expect(flushes()).toBe(0);
  });

  it('queues what the kernel does not take, in order, and says when it is out', async () => {
    const { stream, peer, flushes } = await connection();
    const bytes = numbered(much);

    stream.write(bytes.subarray(0, much / 2));
    const queuedFirst = stream.queuedBytes;
    stream.write(bytes.subarray(much / 2));
    const queued = stream.queuedBytes;
    const all = await readAll(peer, much);

    expect(queuedFirst).toBe(much / 2);
    expect(queued).toBe(much);
    expect(all.equals(bytes)).toBe(true);
    await soon('the queue to be empty', () => flushes() === 1);
    expect(stream.queuedBytes).toBe(0);
  });

  it('lets the socket send what is queued before the end', async () => {
    const { socket, stream, peer } = await connection();
    const ended = once(peer, 'end');

    stream.write(numbered(much));
    socket.end();
    const all = await readAll(peer, much);
    await ended;

    expect(all).toHaveLength(much);
    expect(socket.writableFinished).toBe(true);
  });

  it('hands over what was read, and leaves the end to the socket', async () => {
    const { socket, peer, received } = await connection();
    const ended = once(socket, 'end');

    peer.write('one');
    await soon('the first octets', () => received.length === 1);
    peer.end('two');
    await ended;

    expect(Buffer.concat(received).toString()).toBe('onetwo');
  });

  it('reads nothing while the socket is paused', async () => {
    const { socket, peer, received } = await connection();

    socket.pause();
    await new Promise((resolve) => peer.write('later', resolve));
    // Two turns of the event loop: whatever is there to be read would have been.
    await nextTurn();
    await nextTurn();
    const before = received.length;
    socket.resume();
    await soon('the octets', () => received.length === 1);

    expect(before).toBe(0);
  });

  it('ends the socket with the error of a write', async () => {
    const { socket, stream, peer } = await connection();
    const failed = once(socket, 'error');

    peer.resetAndDestroy();
    stream.write(numbered(much));
    stream.write(Buffer.from('more'));
    const [error]: NodeJS.ErrnoException[] = await failed;

    expect(error?.code).toMatch(/^(ECONNRESET|EPIPE)$/);
    expect(socket.destroyed).toBe(true);
  });

  it('reads what the peer sent before it stopped to take anything, and takes the reset for no orderly end', async () => {
    const { socket, stream, peer, received } = await connection();
    let ends = 0;
    socket.on('end', () => (ends += 1));
    socket.pause();
    await new Promise((resolve) => peer.write('no more', resolve));
    peer.resetAndDestroy();
    await nextTurn();
    await nextTurn();
    const failed = once(socket, 'error');

    socket.resume();
    stream.write(Buffer.from('one'));
    stream.write(Buffer.from('two'));
    await failed;

    expect(Buffer.concat(received).toString()).toBe('no more');
    expect(ends).toBe(0);
  });

  it('says nothing of a queue that was dropped with the socket', async () => {
    const { socket, stream, flushes } = await connection();

    stream.write(numbered(much));
    socket.destroy();
    await once(socket, 'close');
    await soon('the queue to be gone', () => stream.queuedBytes === 0);

    expect(flushes()).toBe(0);
  });
});
