import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Accepted, takeConnections } from '../../../src/balancer/transport/accepted.ts';
import { listen } from '../../../src/balancer/transport/listen.ts';
import { relay } from '../../../src/balancer/transport/relay.ts';
import { Wire, type WireHandler } from '../../../src/balancer/transport/wire.ts';
import { soon } from '../../kube/soon.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

const idle: WireHandler = { onBytes: () => {}, onEnd: () => {}, onDrained: () => {}, onClosed: () => {} };

/** A server that relays every connection to `port`. */
async function relayTo(port: number, take = takeConnections): Promise<number> {
  const onConnection = (accepted: Accepted): void => {
    const client = Wire.accept(accepted, 16_384, idle);
    const backend = Wire.connect('127.0.0.1', port, 16_384, {
      ...idle,
      onConnected: () => {
        relay(
          client,
          backend,
          { received: { value: 0 }, sent: { value: 0 } },
          () => 0,
          () => {},
        );
      },
    });
  };
  const listening = await listen('127.0.0.1', 0, onConnection, take);
  cleanups.push(() => listening.close());
  return listening.port;
}

async function echoServer(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    cleanups.push(() => socket.destroy());
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  cleanups.push(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** Sends `total` bytes that never repeat, reads them back with pauses, and gives the digests of both. */
async function roundTrip(port: number, total: number): Promise<{ sent: string; received: string }> {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  const sent = createHash('sha256');
  const received = createHash('sha256');
  let counter = 0;
  let count = 0;
  socket.on('data', (bytes: Buffer) => {
    received.update(bytes);
    count += bytes.length;
    // A reader that stops again and again, so that writes towards it stay queued.
    if (count % 7 === 0) {
      socket.pause();
      setImmediate(() => socket.resume());
    }
  });
  for (let left = total; left > 0; ) {
    const part = Buffer.alloc(Math.min(left, 10_000 + (counter % 60_000)));
    for (let offset = 0; offset + 4 <= part.length; offset += 4) part.writeUInt32LE((counter += 1), offset);
    sent.update(part);
    left -= part.length;
    if (!socket.write(part)) await once(socket, 'drain');
  }
  socket.end();
  await soon('all of it back', () => count === total);
  return { sent: sent.digest('hex'), received: received.digest('hex') };
}

/**
 * Sends numbered lines one by one to a reader that takes nothing until the way is full, then everything. Only so do writes stay queued
 * while more is read behind them.
 */
async function numberedLines(sender: Socket, reader: Socket, lines: number): Promise<string[]> {
  let text = '';
  let sent = 0;
  reader.setEncoding('latin1').on('data', (bytes: string) => {
    text += bytes;
  });
  reader.pause();
  while (sent < lines) {
    const flushed = sender.write(`${sent}`.padEnd(999, '.').concat('\n'));
    sent += 1;
    // The way is full: from here on the lines wait in the sender.
    if (!flushed && sender.writableLength > 200_000) reader.resume();
    await new Promise(setImmediate);
  }
  sender.end();
  reader.resume();
  await soon('the last line', () => text.length >= lines * 1000);
  return text.split('\n').map((line) => line.replaceAll('.', ''));
}

describe('relayed bytes', () => {
  it('come back exactly as they went, though read buffers are used again and again', async () => {
    const port = await relayTo(await echoServer());

    const trips = await Promise.all([1, 2, 3, 4].map(() => roundTrip(port, 8_000_000)));

    for (const { sent, received } of trips) expect(received).toBe(sent);
  });

  it('are not overwritten while they wait for a slow reader', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    cleanups.push(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const reader = connect(await relayTo(address.port), '127.0.0.1');
    cleanups.push(() => reader.destroy());
    const [sender]: Socket[] = await once(server, 'connection');
    if (sender === undefined) throw new Error('the relay connects');
    cleanups.push(() => sender.destroy());

    const lines = await numberedLines(sender, reader, 14_000);

    const wanted = Array.from({ length: 14_000 }, (_, index) => String(index));
    expect(lines.findIndex((line, index) => line !== (wanted[index] ?? ''))).toBe(-1);
  }, 20_000);

  it('come back exactly where Node does not hand out bare connections', async () => {
    const port = await relayTo(await echoServer(), () => false);

    const { sent, received } = await roundTrip(port, 4_000_000);

    expect(received).toBe(sent);
  });
});

describe('write', () => {
  it.each([
    { name: 'small', size: 4000, count: 5000 },
    { name: 'large', size: 100_000, count: 200 },
  ])(
    'writes what it was told of $name buffers, in order, while all of it waits for the reader',
    async ({ size, count }) => {
      const part = Buffer.from(`before${'b'.repeat(size)}after`);
      const listening = await listen('127.0.0.1', 0, (socket) => {
        const wire = Wire.accept(socket, 16_384, idle);
        cleanups.push(() => wire.destroy());
        for (let index = 0; index < count; index += 1) {
          wire.write(Buffer.from(`${index}\n`));
          wire.write(part, 6, 6 + size);
        }
        wire.end();
      });
      cleanups.push(() => listening.close());
      const socket = connect(listening.port, '127.0.0.1').setEncoding('latin1');
      cleanups.push(() => socket.destroy());
      let text = '';
      socket.on('data', (bytes: string) => {
        text += bytes;
      });

      await once(socket, 'end');

      const wanted = Array.from({ length: count }, (_, index) => `${index}\n${'b'.repeat(size)}`).join('');
      expect(text === wanted).toBe(true);
    },
  );
});
