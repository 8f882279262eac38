import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Accepted, takeConnections } from '../../../src/balancer/transport/accepted.ts';
import { readExactly } from '../../../src/balancer/transport/exact-reader.ts';
import { listen } from '../../../src/balancer/transport/listen.ts';
import { Wire, type WireHandler } from '../../../src/balancer/transport/wire.ts';
import { soon } from '../../kube/soon.ts';
import { rawClient, type RawSocket } from '../raw-socket.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

interface Reading {
  readonly client: RawSocket;
  /** What was read exactly, and what a wire then read behind it. */
  readonly head: () => string | undefined;
  readonly rest: () => string;
  readonly closed: () => boolean;
}

/** Reads four octets, then as many as the fourth says; what follows goes to a wire. */
async function reading(take: typeof takeConnections): Promise<Reading> {
  let head: string | undefined;
  let rest = '';
  let closed = false;
  const handler: WireHandler = {
    onBytes: (bytes, start, end) => (rest += bytes.toString('latin1', start, end)),
    onEnd: () => {},
    onDrained: () => {},
    onClosed: () => {},
  };
  const give = (accepted: Accepted): void => {
    const wire = Wire.accept(accepted, 16_384, handler);
    cleanups.push(() => wire.destroy());
    wire.resume();
  };
  const onConnection = (accepted: Accepted): void => {
    const more = (octets: Buffer): number => {
      head = octets.toString('latin1');
      return octets.length === 4 ? Number(head[3]) : 0;
    };
    readExactly(accepted, 4, more, give, () => (closed = true));
  };
  const listening = await listen('127.0.0.1', 0, onConnection, take);
  cleanups.push(() => listening.close());
  const client = rawClient(listening.port);
  client.socket.setNoDelay(true);
  cleanups.push(() => client.destroy());
  return { client, head: () => head, rest: () => rest, closed: () => closed };
}

describe.each([
  { name: 'bare', take: takeConnections },
  { name: 'made into a socket by Node', take: () => false },
])('the first octets of a connection that comes $name', ({ take }) => {
  it.each([
    { name: 'all at once', parts: ['abc3defghi'] },
    { name: 'octet by octet', parts: 'abc3defghi'.split('') },
    { name: 'with the rest behind them later', parts: ['abc3def', 'ghi'] },
    { name: 'cut in the middle of both parts', parts: ['ab', 'c3d', 'efgh', 'i'] },
  ])('are read and not one more when they come $name', async ({ parts }) => {
    const { client, head, rest } = await reading(take);

    for (const part of parts) {
      client.send(part);
      // The reader lives in this process, and gets its turn in between.
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
    }

    await soon('the rest', () => rest() === 'ghi');
    expect(head()).toBe('abc3def');
  });

  it('are enough when nothing more is asked for', async () => {
    const { client, head, rest } = await reading(take);

    client.send('abc0defghi');

    await soon('the rest', () => rest() === 'defghi');
    expect(head()).toBe('abc0');
  });

  it('never come when the client ends before', async () => {
    const { client, head, closed } = await reading(take);

    client.send('ab');
    client.socket.end();

    await soon('the end', closed);
    expect(head()).toBeUndefined();
  });
});
