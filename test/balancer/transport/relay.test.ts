import { afterEach, describe, expect, it } from '@jest/globals';
import { listen } from '../../../src/balancer/transport/listen.ts';
import { type Relay, type RelayCounts, relay } from '../../../src/balancer/transport/relay.ts';
import { Wire, type WireHandler } from '../../../src/balancer/transport/wire.ts';
import { soon } from '../../kube/soon.ts';
import { rawClient, rawServer, type RawSocket } from '../raw-socket.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const idle: WireHandler = { onBytes: () => {}, onEnd: () => {}, onDrained: () => {}, onClosed: () => {} };

interface Joined {
  readonly client: RawSocket;
  readonly backend: RawSocket;
  /** Our end of the client's connection. */
  readonly one: Wire;
  readonly joined: Relay;
  readonly counts: RelayCounts;
  readonly finished: () => number;
}

/** A client and a backend, with a relay between them. */
async function join(): Promise<Joined> {
  const server = await rawServer();
  let wires: { one: Wire; other: Wire } | undefined;
  const listening = await listen('127.0.0.1', 0, (socket) => {
    const one = Wire.accept(socket, 16_384, idle);
    const other = Wire.connect('127.0.0.1', server.port, 16_384, {
      ...idle,
      onConnected: () => {
        wires = { one, other };
      },
    });
  });
  const client = rawClient(listening.port);
  cleanups.push(
    () => server.close(),
    () => listening.close(),
    () => client.destroy(),
  );
  const backend = await server.connection(0);
  const { one, other } = await soon('both connections', () => wires);
  let finished = 0;
  const onFinished = (): void => {
    finished += 1;
  };
  const counts = { received: { value: 0 }, sent: { value: 0 } };
  const joined = relay(one, other, counts, () => 0, onFinished);
  return { client, backend, one, joined, counts, finished: () => finished };
}

describe('a relay', () => {
  it('counts what goes through in each direction, for itself and for its listener', async () => {
    const { client, backend, joined, counts } = await join();
    counts.received.value = 1000;

    client.send('hello');
    await backend.receives('hello');
    backend.send('hello, hello');
    await client.receives('hello, hello');

    expect({ received: joined.received, sent: joined.sent }).toEqual({ received: 5, sent: 12 });
    expect(counts).toEqual({ received: { value: 1005 }, sent: { value: 12 } });
  });
});

describe('the end of a relay', () => {
  it('with last words brings them behind all that a slow client has not read yet', async () => {
    const { client, backend, one, joined } = await join();
    client.socket.pause();
    const part = Buffer.alloc(1024 * 1024, 'a');
    let sent = 0;
    while (one.write(part)) sent += part.length;
    sent += part.length;

    joined.endWith(Buffer.from('goodbye'));
    await backend.ends();
    client.socket.resume();

    const text = await client.ends();
    expect(text.length).toBe(sent + 'goodbye'.length);
    expect(text.slice(-8)).toBe('agoodbye');
    expect(client.error).toBeUndefined();
  });

  it('with last words drops what the client still sends, and is over when the client ends', async () => {
    const { client, joined, finished } = await join();

    joined.endWith(Buffer.from('goodbye'));
    await client.receives('goodbye');
    client.send('too late');
    const before = finished();
    client.socket.end();

    await soon('the end of both', () => finished() === 1);
    expect(before).toBe(0);
  });

  it('by a reset reaches both sides', async () => {
    const { client, backend, joined, finished } = await join();

    joined.reset();

    await Promise.all([client.closes(), backend.closes()]);
    expect([client.error, backend.error]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(finished()).toBe(1);
  });
});
