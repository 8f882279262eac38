import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPemTexts, readPemFiles } from '../../../src/balancer/tls/pem-files.ts';
import { ServerTls } from '../../../src/balancer/tls/server-tls.ts';
import { type Accepted, takeConnections } from '../../../src/balancer/transport/accepted.ts';
import { listen } from '../../../src/balancer/transport/listen.ts';
import { Wire, type WireHandler } from '../../../src/balancer/transport/wire.ts';
import { until } from '../../cluster/until.ts';
import { soon } from '../../kube/soon.ts';
import type { RawSocket } from '../raw-socket.ts';
import { onLoopback, secureClient, secured, temporaryAuthority } from '../secure-rig.ts';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let side: ServerTls;

beforeAll(async () => {
  authority = await temporaryAuthority();
  const files = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
  const texts = await readPemFiles(files);
  checkPemTexts(files, texts);
  side = new ServerTls(files, 'TCP', texts);
});

afterAll(() => authority.remove());

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

/** A client, and the wire that it is at the other end of. */
async function joined(
  take: typeof takeConnections,
  handler: Partial<WireHandler> = {},
): Promise<{ client: RawSocket; wire: Wire }> {
  let accept: (wire: Wire) => void = () => {};
  const arrived = new Promise<Wire>((resolve) => (accept = resolve));
  const onConnection = (accepted: Accepted): void => {
    const all = { onBytes: () => {}, onEnd: () => {}, onDrained: () => {}, onClosed: () => {}, ...handler };
    const wire = Wire.acceptSecure(accepted, 16_384, { ...all, onConnected: () => accept(wire) }, side);
  };
  const listening = await listen('127.0.0.1', 0, onConnection, take);
  cleanups.push(() => listening.close());
  const client = secureClient(listening.port, { ca: readFileSync(authority.caFile) });
  cleanups.push(() => client.destroy());
  await secured(client);
  return { client, wire: await arrived };
}

/** Numbered, so that what is lost or comes twice is seen. */
const part = (index: number): Buffer => Buffer.from(String(index).padEnd(50_000, '.'));

describe.each([
  { name: 'bare', take: takeConnections },
  { name: 'made into a socket by Node', take: () => false },
])('a connection with TLS that comes $name', ({ take }) => {
  it('carries all that was written in its order, and ends behind it', async () => {
    const { client, wire } = await joined(take);
    client.socket.pause();

    for (let index = 0; index < 200; index += 1) wire.write(part(index));
    wire.end();
    client.socket.resume();
    await until('the end', 20_000, () => client.ended || client.closed);

    expect(client.error).toBeUndefined();
    expect(client.text).toBe(Array.from({ length: 200 }, (_, index) => part(index).toString()).join(''));
    await soon('the flush', () => wire.flushed);
  });

  it('keeps what comes while it is paused, and its end, for later', async () => {
    const seen: string[] = [];
    const handler = {
      onBytes: (bytes: Buffer, start: number, end: number) => void seen.push(bytes.toString('latin1', start, end)),
      onEnd: () => void seen.push('END'),
    };
    const { client, wire } = await joined(take, handler);
    client.socket.end('early');
    await soon('both to be sent', () => client.socket.writableFinished);
    // The wire lives in this process: whatever it hands over, it would have by then.
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    const before = [...seen];

    wire.resume();

    await soon('both', () => seen.includes('END'));
    expect(before).toEqual([]);
    expect(seen).toEqual(['early', 'END']);
  });

  it('says when it takes more again', async () => {
    let drained = 0;
    const { client, wire } = await joined(take, { onDrained: () => (drained += 1) });
    client.socket.pause();

    let index = 0;
    while (wire.write(part(index)) || index < 100) index += 1;
    const whileFull = drained;
    client.socket.resume();

    await soon('room', () => drained > 0);
    expect(whileFull).toBe(0);
    wire.destroy();
  });

  it('can be reset', async () => {
    const { client, wire } = await joined(take);

    wire.reset();

    await client.closes();
    expect(client.error).toBe('ECONNRESET');
  });
});
