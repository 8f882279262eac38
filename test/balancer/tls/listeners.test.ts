import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { soon } from '../../kube/soon.ts';
import { until } from '../../cluster/until.ts';
import { rawClient, type RawServer, rawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt } from '../rig.ts';
import { setSecureStage } from '../secure-stage.ts';
import { onLoopback, secured, type SecureRig, temporaryAuthority } from '../secure-rig.ts';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let stranger: Awaited<ReturnType<typeof temporaryAuthority>>;
let ca: string;
let tls: { certificateFile: string; keyFile: string };

beforeAll(async () => {
  authority = await temporaryAuthority();
  stranger = await temporaryAuthority();
  ca = readFileSync(authority.caFile, 'utf8');
  tls = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
});

afterAll(async () => {
  await authority.remove();
  await stranger.remove();
});

const stage = setSecureStage();
const { cleanups, rigOf, headTeller } = stage;

async function serverOf(onConnection?: (socket: RawSocket) => void): Promise<RawServer> {
  const server = await rawServer(onConnection);
  cleanups.push(() => server.close());
  return server;
}

const clientOf = (rig: SecureRig, options: Parameters<typeof stage.clientOf>[1] = { ca }): RawSocket =>
  stage.clientOf(rig, options);

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('an HTTP listener with TLS', () => {
  it('serves requests one after the other, and tells the backend that they came by TLS', async () => {
    const rig = await rigOf({ tls }, [backendAt('prod-0', await headTeller())]);
    const client = clientOf(rig);
    await secured(client);

    client.send(get);
    await client.receives('}');
    client.send('GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: http\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n');
    const text = await client.receives('}', 2);

    const [first, second] = text.match(/\{.*?\}/gu) ?? [];
    expect(JSON.parse(first ?? '')).toMatchObject({ 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' });
    expect(JSON.parse(second ?? '')).toMatchObject({
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '192.0.2.1, 127.0.0.1',
    });
  });

  it.each([
    { name: 'TLS 1.3, and http/1.1 by ALPN', options: {}, protocol: 'TLSv1.3' },
    { name: 'TLS 1.2', options: { maxVersion: 'TLSv1.2' as const }, protocol: 'TLSv1.2' },
  ])('speaks $name', async ({ options, protocol }) => {
    const rig = await rigOf({ tls }, []);
    const client = clientOf(rig, { ca, ALPNProtocols: ['h2', 'http/1.1'], ...options });

    const socket = await secured(client);

    expect(socket.getProtocol()).toBe(protocol);
    expect(socket.alpnProtocol).toBe('http/1.1');
  });

  it.each([
    {
      name: 'TLS 1.1',
      options: { minVersion: 'TLSv1.1' as const, maxVersion: 'TLSv1.1' as const, ciphers: 'ALL@SECLEVEL=0' },
    },
    { name: 'a cipher without forward secrecy', options: { maxVersion: 'TLSv1.2' as const, ciphers: 'AES128-SHA' } },
    { name: 'only HTTP/2', options: { ALPNProtocols: ['h2'] } },
  ])('refuses a client that speaks $name, and counts it', async ({ options }) => {
    const rig = await rigOf({ tls }, []);

    const client = clientOf(rig, { ca, ...options });

    await client.closes();
    expect(client.error).toBeDefined();
    expect(rig.metric('gatewaypool_balancer_rejected_total{listener="in",reason="TlsHandshake"}')).toBe(1);
  });

  it('refuses a client that speaks plain HTTP', async () => {
    const rig = await rigOf({ tls }, [backendAt('prod-0', await headTeller())]);
    const client = rawClient(rig.port);
    cleanups.push(() => client.destroy());

    client.send(get);
    const text = await client.ends();

    expect(text).not.toContain('HTTP/1.1');
    await soon(
      'the count',
      () => rig.metric('gatewaypool_balancer_rejected_total{listener="in",reason="TlsHandshake"}') === 1,
    );
  });

  it('drops a client that does not finish its handshake in time, and nobody else', async () => {
    const rig = await rigOf({ tls }, [backendAt('prod-0', await headTeller())], { limits: { headMilliseconds: 300 } });
    const slow = rawClient(rig.port);
    cleanups.push(() => slow.destroy());
    slow.send('\x16\x03\x01\x02\x00\x01');

    const client = clientOf(rig);
    await secured(client);
    client.send(get);
    await client.receives('}');
    await slow.closes();

    expect(rig.metric('gatewaypool_balancer_rejected_total{listener="in",reason="TlsHandshake"}')).toBe(1);
    expect(rig.metric('gatewaypool_balancer_client_connections')).toBe(1);
  });

  it('does not count a client that connects and goes as a failed handshake', async () => {
    const rig = await rigOf({ tls }, []);
    const client = rawClient(rig.port);
    await soon('the connection', () => rig.metric('gatewaypool_balancer_client_connections') === 1);

    client.socket.end();
    await client.closes();

    await soon('its end', () => rig.metric('gatewaypool_balancer_client_connections') === 0);
    expect(rig.metric('gatewaypool_balancer_rejected_total')).toBeUndefined();
  });

  it('says goodbye before it ends a connection, so that nothing looks cut off', async () => {
    const server = await serverOf((socket) => socket.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    const rig = await rigOf({ tls }, [backendAt('prod-0', server.port)]);
    const client = clientOf(rig);
    await secured(client);

    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await client.receives('ok');
    await client.ends();

    expect(client.ended).toBe(true);
    expect(client.error).toBeUndefined();
  });
});

describe('a TCP listener with TLS', () => {
  it('carries what comes together with the end of the handshake, before a backend has accepted', async () => {
    const server = await serverOf((socket) => socket.socket.on('data', (bytes: Buffer) => socket.socket.write(bytes)));
    const rig = await rigOf({ tls, protocol: 'TCP' }, [backendAt('prod-0', server.port)]);
    const client = clientOf(rig);

    client.send('early');
    await client.receives('early');
    client.send(' and later');

    expect(await client.receives('later')).toBe('early and later');
  });

  it('carries a half-close in both directions', async () => {
    const server = await serverOf();
    const rig = await rigOf({ tls, protocol: 'TCP' }, [backendAt('prod-0', server.port)]);
    const client = clientOf(rig);
    await secured(client);

    client.socket.end('question');
    const backend = await server.connection(0);
    await soon('the half-close', () => backend.ended);
    backend.send('answer ');
    await client.receives('answer ');
    backend.socket.end('to all');

    expect(await client.ends()).toBe('answer to all');
    expect(backend.text).toBe('question');
    await soon('the end of the session', () => rig.dataPlane.sessions().sessions === 0);
  });

  it('stops reading from a client that is faster than the backend, and loses no octet', async () => {
    const server = await serverOf((socket) => socket.socket.pause());
    const rig = await rigOf({ tls, protocol: 'TCP' }, [backendAt('prod-0', server.port)]);
    const client = clientOf(rig);
    await secured(client);
    const part = Buffer.from('0123456789abcdef'.repeat(4096));

    for (let count = 0; count < 400; count += 1) client.socket.write(part);
    client.socket.end();
    const backend = await server.connection(0);
    await soon('back-pressure', () => client.socket.writableLength > 1_000_000);
    backend.socket.resume();
    await until('all of it', 20_000, () => backend.ended);

    expect(backend.text.length).toBe(part.length * 400);
    expect(backend.text).toBe(part.toString().repeat(400));
  });

  it('sends all to a slow reader before it says goodbye', async () => {
    const part = '0123456789abcdef'.repeat(4096);
    const server = await serverOf((socket) => {
      for (let count = 0; count < 300; count += 1) socket.send(part);
      socket.socket.end();
    });
    const rig = await rigOf({ tls, protocol: 'TCP' }, [backendAt('prod-0', server.port)]);
    const client = clientOf(rig);
    await secured(client);
    client.socket.pause();
    const backend = await server.connection(0);
    await soon('back-pressure', () => backend.socket.writableLength > 1_000_000);

    client.socket.resume();
    await until('the end', 20_000, () => client.ended || client.closed);

    expect(client.error).toBeUndefined();
    expect(client.text.length).toBe(part.length * 300);
    expect(client.text).toBe(part.repeat(300));
  });

  it('passes a reset on', async () => {
    const server = await serverOf();
    const rig = await rigOf({ tls, protocol: 'TCP' }, [backendAt('prod-0', server.port)]);
    const client = clientOf(rig);
    await secured(client);
    client.send('a');
    const backend = await server.connection(0);
    await backend.receives('a');

    backend.socket.resetAndDestroy();

    await client.closes();
    expect(client.error).toBe('ECONNRESET');
  });
});

describe('a listener that asks for a client certificate', () => {
  async function clientFiles(of: typeof authority, expired = false): Promise<{ cert: Buffer; key: Buffer }> {
    const name = expired ? 'expired' : 'client';
    const files = await of.issue({ name, user: name, expired });
    return { cert: readFileSync(files.certificateFile), key: readFileSync(files.keyFile) };
  }

  it('serves a client that has one of the right authority, also when it resumes its session', async () => {
    const rig = await rigOf({ tls: { ...tls, clientCaFile: authority.caFile } }, [
      backendAt('prod-0', await headTeller()),
    ]);
    const own = await clientFiles(authority);
    const client = clientOf(rig, { ca, ...own });
    let session: Buffer | undefined;
    client.socket.on('session', (next: Buffer) => (session = next));
    client.send(get);
    await client.receives('}');

    const again = clientOf(rig, { ca, ...own, ...(session === undefined ? {} : { session }) });
    const socket = await secured(again);
    again.send(get);
    await again.receives('}');

    expect(socket.isSessionReused()).toBe(true);
  });

  it.each([
    { name: 'none', files: async () => ({}) },
    { name: 'one of another authority', files: async () => clientFiles(stranger) },
    { name: 'one that has expired', files: async () => clientFiles(authority, true) },
  ])('refuses a client that has $name: no backend is asked', async ({ files }) => {
    const server = await serverOf();
    const rig = await rigOf({ tls: { ...tls, clientCaFile: authority.caFile } }, [backendAt('prod-0', server.port)]);
    const client = clientOf(rig, { ca, ...(await files()) });

    client.send(get);
    const text = await client.ends();

    expect(text).toBe('');
    expect(server.connections).toHaveLength(0);
    await soon(
      'the count',
      () => rig.metric('gatewaypool_balancer_rejected_total{listener="in",reason="TlsHandshake"}') === 1,
    );
  });
});
