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

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const get = (...fields: string[]): string => ['GET / HTTP/1.1', 'Host: a', ...fields, '', ''].join('\r\n');
const post = (...fields: string[]): string => ['POST / HTTP/1.1', 'Host: a', ...fields, '', ''].join('\r\n');

/** The client sends this, the backend answers that as soon as the head has come. */
async function exchange({ client, backend }: Scene, request: string, response: string): Promise<RawSocket> {
  client.send(request);
  const upstream = await backend.connection(0);
  await upstream.receives('\r\n\r\n');
  upstream.send(response);
  return upstream;
}

/** A megabyte in parts, as from a client that looks for no answer before it is done. */
async function sendOn({ socket }: RawSocket): Promise<void> {
  for (let part = 0; part < 16; part += 1) {
    await new Promise((resolve) => {
      socket.write(Buffer.alloc(65_536, 'x'), resolve);
    });
  }
}

/** Reads to the end, ends its own side, and gives what it read: no reset came in between. */
async function inOrder(client: RawSocket): Promise<string> {
  const text = await client.ends();
  client.socket.end();
  await client.closes();
  expect(client.error).toBeUndefined();
  return text;
}

describe('a connection that ends in order is not reset', () => {
  it.each([
    { name: 'as the client asked', request: get('Connection: close') },
    { name: 'with HTTP/1.0', request: 'GET / HTTP/1.0\r\n\r\n' },
    { name: 'though the client sent more than it said', request: `${get('Connection: close')}more` },
  ])('$name', async ({ request }) => {
    const here = await scene();

    await exchange(here, request, ok);

    expect(await inOrder(here.client)).toMatch(/\r\n\r\nok$/);
  });

  it('with a body that goes on to the end', async () => {
    const here = await scene();

    const upstream = await exchange(here, get(), 'HTTP/1.1 200 OK\r\n\r\nto the end');
    await here.client.receives('to the end');
    upstream.socket.end();

    expect(await inOrder(here.client)).toMatch(/to the end$/);
  });

  it('by a drain', async () => {
    const here = await scene();
    here.rig.dataPlane.setDraining(true);

    await exchange(here, get(), ok);

    expect(await inOrder(here.client)).toMatch(/Connection: close\r\n[^]*ok$/);
  });

  it.each([
    { name: 'a bad head', request: 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', status: 400 },
    { name: 'a bad chunk', request: `${post('Transfer-Encoding: chunked')}x\r\n`, status: 400 },
    { name: 'a head with too many fields', request: get(...Array.from({ length: 101 }, () => 'X: a')), status: 431 },
    { name: 'a head that is too large', request: get(`X: ${'a'.repeat(16_400)}`), status: 431 },
  ])('by the refusal of $name, whatever the client sends behind it', async ({ request, status }) => {
    const here = await scene();

    here.client.send(request);
    await sendOn(here.client);

    expect(await inOrder(here.client)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\n\\r\\n.*\\n$`));
  });

  it('by an answer that comes before the end of a large body', async () => {
    const here = await scene();

    await exchange(here, post('Content-Length: 1048576'), ok.replace('200 OK', '413 Content Too Large'));
    await here.client.receives('413');
    await sendOn(here.client);

    expect(await inOrder(here.client)).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close\r\n[^]*ok$/);
  });

  it('by the end of the balancer, while it is idle', async () => {
    const here = await scene();
    await exchange(here, get(), ok);
    await here.client.receives('ok');

    let isClosed = false;
    void here.rig.dataPlane.close().then(() => (isClosed = true));

    expect(await inOrder(here.client)).toMatch(/ok$/);
    await soon('the end of the balancer', async () => {
      await here.clock.advance(100);
      return isClosed;
    });
  });
});

describe('a connection that must not look whole is reset', () => {
  it('to the client, when the response breaks off', async () => {
    const here = await scene();
    const upstream = await exchange(here, get(), 'HTTP/1.1 200 OK\r\n\r\nhalf');
    await here.client.receives('half');

    upstream.socket.resetAndDestroy();
    await here.client.closes();

    expect(here.client.error).toBe('ECONNRESET');
  });

  it.each([
    { name: 'a bad chunk', part: '3\r\nabc\r\nx' },
    { name: 'a forbidden trailer', part: '3\r\nabc\r\n0\r\nX: a\r\nHost: b\r\n\r\n' },
    { name: 'trailers that are too large', part: `3\r\nabc\r\n0\r\nX: ${'a'.repeat(17_000)}` },
  ])('to the backend, when the request turns out to have $name; no trailer goes out', async ({ part }) => {
    const here = await scene();
    here.client.send(post('Transfer-Encoding: chunked'));
    const upstream = await here.backend.connection(0);
    await upstream.receives('\r\n\r\n');

    here.client.send(part);
    await upstream.closes();

    expect(upstream.error).toBe('ECONNRESET');
    expect(upstream.text).not.toMatch(/X: a|Host: b|0\r\n\r\n$/);
    expect(await inOrder(here.client)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('to the backend, when the client goes in the middle of its trailers', async () => {
    const here = await scene();
    here.client.send(`${post('Transfer-Encoding: chunked')}0\r\nX: a`);
    const upstream = await here.backend.connection(0);
    await upstream.receives('\r\n\r\n0\r\n');

    here.client.socket.end();
    await upstream.closes();

    expect(upstream.error).toBe('ECONNRESET');
    await soon('the end of the session', () => here.rig.dataPlane.sessions().sessions === 0);
  });
});

describe('trailers that come in parts', () => {
  it('go out together once they are whole, to the backend and to the client', async () => {
    const here = await scene();
    here.client.send(`${post('Transfer-Encoding: chunked')}1\r\na\r\n0\r\nX-One: 1\r\nX-Tw`);
    const upstream = await here.backend.connection(0);
    const before = await upstream.receives('0\r\n');

    here.client.send('o: 2\r\n\r\n');
    await upstream.receives('X-Two: 2\r\n\r\n');
    upstream.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\nX-Thr');
    const beforeClient = await here.client.receives('0\r\n');
    upstream.send('ee: 3\r\n\r\n');

    expect(before).not.toContain('X-One');
    expect(upstream.text).toMatch(/\r\n\r\n1\r\na\r\n0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n$/);
    expect(beforeClient).not.toContain('X-Thr');
    expect(await here.client.receives('X-Three: 3\r\n\r\n')).toMatch(/1\r\nb\r\n0\r\nX-Three: 3\r\n\r\n$/);
  });

  it('that nobody may send behind a body break the response off', async () => {
    const here = await scene();

    await exchange(here, get(), 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\nX: a').then(
      async (upstream) => {
        await here.client.receives('0\r\n');
        upstream.send('\r\nSet-Cookie: a=b\r\n\r\n');
      },
    );
    await here.client.closes();

    expect(here.client.error).toBe('ECONNRESET');
    expect(here.client.text).not.toMatch(/X: a|Set-Cookie/);
  });
});
