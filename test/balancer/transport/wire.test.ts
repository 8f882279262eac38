import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
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
async function relayTo(port: number, accept = (socket: Socket): Socket => socket): Promise<number> {
  const listening = await listen('127.0.0.1', 0, (socket) => {
    const client = Wire.accept(accept(socket), 16_384, idle);
    const backend = Wire.connect('127.0.0.1', port, 16_384, {
      ...idle,
      onConnected: () => {
        relay(
          client,
          backend,
          () => 0,
          () => {},
        );
      },
    });
  });
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

describe('relayed bytes', () => {
  it('come back exactly as they went, though read buffers are used again and again', async () => {
    const port = await relayTo(await echoServer());

    const trips = await Promise.all([1, 2, 3, 4].map(() => roundTrip(port, 8_000_000)));

    for (const { sent, received } of trips) expect(received).toBe(sent);
  });

  it('come back exactly where Node does not hand out the connection beneath a socket', async () => {
    const hidden = (socket: Socket): Socket =>
      new Proxy(socket, {
        get(target, name) {
          const value: unknown = name === '_handle' ? undefined : Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const port = await relayTo(await echoServer(), hidden);

    const { sent, received } = await roundTrip(port, 4_000_000);

    expect(received).toBe(sent);
  });
});

describe('writeWithHead', () => {
  it.each([
    { name: 'small', size: 10 },
    { name: 'as large as fits together', size: 8000 },
    { name: 'large', size: 100_000 },
  ])('writes a head and a $name part in their order, however often', async ({ size }) => {
    const part = Buffer.alloc(size, 'b');
    const listening = await listen('127.0.0.1', 0, (socket) => {
      const wire = Wire.accept(socket, 16_384, idle);
      cleanups.push(() => wire.destroy());
      for (let count = 0; count < 100; count += 1) wire.writeWithHead(`head ${count}\n`, part);
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

    const wanted = Array.from({ length: 100 }, (_, count) => `head ${count}\n${'b'.repeat(size)}`).join('');
    expect(text === wanted).toBe(true);
  });
});
