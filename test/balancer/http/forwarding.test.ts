import { afterEach, describe, expect, it } from '@jest/globals';
import type { Backend } from '../../../src/balancer/backend.ts';
import { soon } from '../../kube/soon.ts';
import { namedBackends, bodyOf } from '../named-backends.ts';
import { rawClient, rawServer, type RawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt, type Rig, startRig } from '../rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function rigWith(backends: readonly Backend[], settings?: Parameters<typeof startRig>[1]): Promise<Rig> {
  const rig = await startRig(backends, settings);
  cleanups.push(() => rig.close());
  return rig;
}

function clientOf(rig: Rig): RawSocket {
  const client = rawClient(rig.httpPort);
  cleanups.push(() => client.destroy());
  return client;
}

/** One backend whose every byte the test decides. */
async function scripted(
  settings?: Parameters<typeof startRig>[1],
): Promise<{ rig: Rig; backend: RawServer; client: RawSocket }> {
  const backend = await rawServer();
  cleanups.push(() => backend.close());
  const rig = await rigWith([backendAt('prod-0', backend.port)], settings);
  return { rig, backend, client: clientOf(rig) };
}

const request = (path: string, ...fields: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: a.example', ...fields, '', ''].join('\r\n');
const response = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('HTTP through the balancer', () => {
  it('goes to 0, 1, 2, 0, 1, 2', async () => {
    const named = await namedBackends(3);
    cleanups.push(() => named.close());
    const rig = await rigWith(named.backends);

    const order: string[] = [];
    for (let count = 0; count < 6; count += 1) order.push(await bodyOf(rig.httpPort));

    expect(order).toEqual(['prod-0', 'prod-1', 'prod-2', 'prod-0', 'prod-1', 'prod-2']);
  });

  it('tells the backend who the client is by Forwarded too, where that is set', async () => {
    const { backend, client } = await scripted({ forwardedHeader: 'Both' });

    client.send(request('/a'));

    const upstream = await backend.connection(0);
    expect(await upstream.receives('\r\n\r\n')).toContain('\r\nForwarded: for=127.0.0.1;proto=http\r\n');
  });

  it('uses one connection to the backend for one request after the other', async () => {
    const { backend, client } = await scripted();
    for (const path of ['/1', '/2', '/3']) {
      client.send(request(path));
      const upstream = await backend.connection(0);
      await upstream.receives(`GET ${path} `);
      upstream.send(response(path));
      await client.receives(path);
    }

    expect(backend.connections).toHaveLength(1);
  });

  it('answers pipelined requests in their order, one at a time', async () => {
    const { backend, client } = await scripted();
    client.send(request('/1') + request('/2') + request('/3'));
    const upstream = await backend.connection(0);

    for (const path of ['/1', '/2', '/3']) {
      const seen = await upstream.receives(`GET ${path} `);
      expect(seen.match(/^GET/gm)).toHaveLength(Number(path.slice(1)));
      upstream.send(response(`body of ${path}`));
    }

    const text = await client.receives('body of /3');
    expect(text.match(/body of \/\d/g)).toEqual(['body of /1', 'body of /2', 'body of /3']);
  });

  it('passes chunks and trailers on, both ways', async () => {
    const { backend, client } = await scripted();
    const chunks = '3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n';
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    const upstream = await backend.connection(0);
    const seen = await upstream.receives('X-Sum: 1\r\n\r\n');

    upstream.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);

    expect(seen.endsWith(`\r\n\r\n${chunks}`)).toBe(true);
    expect((await client.receives('X-Sum: 1\r\n\r\n')).endsWith(`\r\n\r\n${chunks}`)).toBe(true);
  });

  it('carries Expect: 100-continue to the backend and its 100 to the client', async () => {
    const { backend, client } = await scripted();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('Expect: 100-continue');

    upstream.send('HTTP/1.1 100 Continue\r\n\r\n');
    await client.receives('100 Continue');
    client.send('body');
    await upstream.receives('\r\n\r\nbody');
    upstream.send(response('done'));

    expect(await client.receives('done')).toMatch(/^HTTP\/1\.1 100 Continue\r\n[^]*HTTP\/1\.1 200 OK\r\n/);
  });

  it('ends the client’s connection after a response that came before the whole request', async () => {
    const { backend, client } = await scripted();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\nExpect: 100-continue\r\n\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('Expect');

    upstream.send('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');

    await client.ends();
    expect(client.text).toContain('413 Too Large');
    expect(client.text).toContain('Connection: close');
    await upstream.ends();
  });

  it('passes a body without a length on until the backend ends it', async () => {
    const { backend, client } = await scripted();
    client.send(request('/'));
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');

    upstream.send('HTTP/1.1 200 OK\r\n\r\none ');
    await client.receives('one ');
    upstream.send('two');
    upstream.socket.end();

    await client.ends();
    expect(client.text).toMatch(/Connection: close\r\n\r\none two$/);
  });

  it('does not let a broken response pass for a whole one', async () => {
    const { backend, client } = await scripted();
    client.send(request('/'));
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');

    upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    await client.receives('abc');
    upstream.destroy();

    await client.closes();
    expect(client.error).toBe('ECONNRESET');
  });

  it.each([
    { name: 'what is no response', bytes: 'SSH-2.0-OpenSSH_9.2\r\n\r\n' },
    { name: 'an ambiguous length', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab' },
    { name: 'a head without an end', bytes: `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}` },
    { name: 'a switch of protocols that nobody asked for', bytes: 'HTTP/1.1 101 Switching Protocols\r\n\r\n' },
  ])('answers 502 to $name', async ({ bytes }) => {
    const { backend, client } = await scripted();
    client.send(request('/'));
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');

    upstream.send(bytes);

    expect(await client.receives('\r\n\r\n')).toContain('HTTP/1.1 502 Bad Gateway');
    await upstream.ends();
  });

  it('never takes a response too many for the answer of the next request', async () => {
    const { backend, client } = await scripted();
    client.send(request('/1'));
    const first = await backend.connection(0);
    await first.receives('GET /1');
    first.send(response('right') + response('wrong'));
    await client.receives('right');

    client.send(request('/2'));
    const second = await backend.connection(1);
    await second.receives('GET /2');
    second.send(response('right again'));

    expect(await client.receives('right again')).not.toContain('wrong');
  });

  it('drops an idle connection on which the backend says something', async () => {
    const { backend, client } = await scripted();
    client.send(request('/1'));
    const first = await backend.connection(0);
    await first.receives('GET /1');
    first.send(response('right'));
    await client.receives('right');

    first.send(response('wrong'));

    await first.ends();
    expect(client.text).not.toContain('wrong');
  });

  it('aborts the request to the backend when the client goes away', async () => {
    const { rig, backend, client } = await scripted();
    client.send(request('/'));
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');
    expect(rig.dataPlane.sessions()).toEqual({ sessions: 1, transit: 0, backends: { 'prod-0': 1 } });

    client.destroy();

    await upstream.ends();
    await soon('the end of the session', () => rig.dataPlane.sessions().sessions === 0);
  });

  it('speaks HTTP/1.0 with clients that do', async () => {
    const { backend, client } = await scripted();
    client.send('GET / HTTP/1.0\r\n\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('GET / HTTP/1.0');

    upstream.send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

    await client.ends();
    expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n[^]*\r\n\r\nok$/);
  });

  it('answers HEAD without a body', async () => {
    const { backend, client } = await scripted();
    client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('HEAD /');
    upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    await client.receives('1000');

    client.send(request('/next'));

    expect(await upstream.receives('GET /next')).toMatch(/^HEAD \//);
  });

  it('answers 503 with Retry-After when there is no backend', async () => {
    const rig = await rigWith([]);
    const client = clientOf(rig);

    client.send(request('/'));

    await client.ends();
    expect(client.text).toContain('HTTP/1.1 503 Service Unavailable');
    expect(client.text).toContain('Retry-After: 1');
    expect(rig.metric('gatewaypool_balancer_rejected_total{listener="http",reason="NoBackend"}')).toBe(1);
  });

  it.each([
    { name: 'no version', bytes: 'GET /\r\n', status: 400 },
    { name: 'bare line feeds', bytes: 'GET / HTTP/1.1\nHost: a\n\n', status: 400 },
    { name: 'TLS', bytes: '\x16\x03\x01\x02\x00\x01\n', status: 400 },
    {
      name: 'both framings',
      bytes: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX',
      status: 400,
    },
    {
      name: 'a bad first chunk',
      bytes: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a\r\n',
      status: 400,
    },
    { name: 'a head that is too large', bytes: `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(17_000)}`, status: 431 },
    { name: 'CONNECT', bytes: 'CONNECT a:22 HTTP/1.1\r\nHost: a\r\n\r\n', status: 405 },
  ])('answers $status to $name, closes, and tells the backend nothing', async ({ bytes, status }) => {
    const { backend, client } = await scripted();

    client.send(bytes);

    await client.ends();
    expect(client.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(backend.connections).toHaveLength(0);
  });

  it('answers 400 to a chunk that turns bad later, and drops the backend’s connection', async () => {
    const { backend, client } = await scripted();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    const upstream = await backend.connection(0);
    await upstream.receives('abc\r\n');

    client.send('zzz\r\n');

    await client.ends();
    expect(client.text).toMatch(/^HTTP\/1\.1 400 /);
    await upstream.ends();
    expect(upstream.text).not.toContain('zzz');
  });

  it('answers 408 to a head that does not end', async () => {
    const { client } = await scripted({ limits: { headMilliseconds: 300 } });

    client.send('GET / HTTP/1.1\r\nHo');

    await client.ends();
    expect(client.text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('answers 504 when nothing moves for the idle time', async () => {
    const { backend, client } = await scripted({ limits: { idleMilliseconds: 300 } });
    client.send(request('/'));
    const upstream = await backend.connection(0);

    await client.ends();

    expect(client.text).toMatch(/^HTTP\/1\.1 504 /);
    await upstream.ends();
  });

  it.each([
    { limit: 'of all listeners', settings: { limits: { maxConnections: 1 } } },
    { limit: 'of the listener', settings: { listener: { maxConnections: 1 } } },
  ])('resets connections beyond the limit $limit', async ({ settings }) => {
    const { rig, backend, client } = await scripted(settings);
    client.send(request('/'));
    await backend.connection(0);

    const other = clientOf(rig);

    await other.closes();
    expect(other.error).toBe('ECONNRESET');
    expect(rig.metric('gatewaypool_balancer_rejected_total{listener="http",reason="MaxConnections"}')).toBe(1);
  });
});
