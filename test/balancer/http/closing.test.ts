import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { soon } from '../../kube/soon.ts';
import type { RawSocket } from '../raw-socket.ts';
import { type Scene, startScene } from '../scene.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function scene(): Promise<Scene> {
  const here = await startScene();
  cleanups.push(() => here.close());
  return here;
}

const request = (line: string): string => `${line} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** One request and its answer; the connection is idle after it. */
async function answered({ backend, client }: Scene, method = 'GET'): Promise<RawSocket> {
  client.send(request(`${method} /first`));
  const upstream = await backend.connection(0);
  await upstream.receives('/first');
  upstream.send(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${method === 'HEAD' ? '' : 'first'}`);
  await client.receives(method === 'HEAD' ? 'Content-Length: 5' : 'first');
  await client.receives('\r\n\r\n');
  return upstream;
}

/** Sends small parts until the kernel takes no more for the client, so that the balancer itself has to keep some; gives how much. */
async function fillUntilQueued(upstream: RawSocket, client: RawSocket): Promise<number> {
  const part = Buffer.alloc(4096, 'a');
  for (let sent = 0; sent < 64 * 1024 * 1024; sent += part.length) {
    if (queuedFor(client) > 0) return sent;
    upstream.socket.write(part);
    await nextTurn();
  }
  throw new Error('the kernel took everything');
}

/** Bytes that the balancer, in this very process, holds back for a client. */
function queuedFor(client: RawSocket): number {
  const handles: unknown = Reflect.apply(Reflect.get(process, '_getActiveHandles'), process, []);
  const sockets = Array.isArray(handles) ? handles.filter((handle) => handle instanceof Socket) : [];
  const own = sockets.find(({ remotePort }) => remotePort === client.socket.localPort);
  if (own === undefined) return 0;
  // Note: what the balancer writes past Node's streams is queued by the handle.
  const handle: unknown = Reflect.get(own, '_handle');
  const queued: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'writeQueueSize') : 0;
  return own.writableLength + Number(queued);
}

const connections = ({ rig }: Scene): number | undefined => rig.metric('gatewaypool_balancer_client_connections');

describe('the end of a client connection', () => {
  it('waits for a slow reader until the last byte of the last response', async () => {
    const { clock, backend, client } = await scene();
    client.send(request('GET /'));
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');
    client.socket.pause();
    upstream.send('HTTP/1.1 200 OK\r\n\r\n');
    const sent = await fillUntilQueued(upstream, client);
    upstream.socket.end('the end');
    await soon('the end of the response', () => upstream.closed);

    await clock.advance(10_000);
    client.socket.resume();

    expect(await client.ends()).toMatch(/the end$/);
    expect(client.text.length).toBeGreaterThan(sent);
  });

  it('ends a client that goes on sending after its last response', async () => {
    const here = await scene();
    here.client.socket.setNoDelay(true);
    here.client.send('no request\r\n');
    await here.client.receives('400 Bad Request');

    for (let second = 0; second < 5; second += 1) {
      here.client.send('more');
      for (let turn = 0; turn < 10; turn += 1) await nextTurn();
      await here.clock.advance(1000);
    }

    await soon('the end', () => connections(here) === 0);
    expect(here.rig.metric('gatewaypool_balancer_connections_total')).toBe(1);
  });

  it('lets go of an idle client that does not end its own side', async () => {
    const here = await scene();
    await answered(here);

    await here.clock.advance(80_000);

    await here.client.ends();
    await soon('the end', () => connections(here) === 0);
    expect(here.rig.metric('gatewaypool_balancer_connections_total')).toBe(1);
  });

  it('does not take an empty line between requests for the beginning of a head', async () => {
    const here = await scene();
    await answered(here);
    here.client.send('\r\n');
    await soon('the empty line', () => here.client.socket.writableLength === 0);

    await here.clock.advance(20_000);
    here.client.send(request('GET /second'));

    // The first one was idle for too long.
    const next = await here.backend.connection(1);
    expect(await next.receives('/second')).not.toContain('/first');
    expect(here.client.text).not.toContain('408');
  });

  it('gives a refusal its body, also after a HEAD', async () => {
    const here = await scene();
    await answered(here, 'HEAD');

    here.client.send('no request\r\n');

    await here.client.ends();
    expect(here.client.text).toMatch(/400 Bad Request[^]*\r\n\r\nBad request: [^]+\n$/);
  });
});
