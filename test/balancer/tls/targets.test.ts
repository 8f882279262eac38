import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { soon } from '../../kube/soon.ts';
import { until } from '../../cluster/until.ts';
import { rawClient, rawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt } from '../rig.ts';
import { setSecureStage } from '../secure-stage.ts';
import { onLoopback, type SecureRig, type SecureServer, secureServer, temporaryAuthority } from '../secure-rig.ts';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let stranger: Awaited<ReturnType<typeof temporaryAuthority>>;

beforeAll(async () => {
  authority = await temporaryAuthority();
  stranger = await temporaryAuthority();
});

afterAll(async () => {
  await authority.remove();
  await stranger.remove();
});

const { cleanups, rigOf } = setSecureStage();

let issued = 0;

async function pairFor(names: readonly string[], of = authority, expired = false): Promise<TlsOptions> {
  issued += 1;
  const name = `gateway-${issued}`;
  const files = await of.issue({ name, user: name, subjectAlternativeNames: names, expired });
  return { cert: readFileSync(files.certificateFile), key: readFileSync(files.keyFile) };
}

/** An HTTP gateway that answers each request with its name, and a connection at a time if it is told to. */
async function gateway(options: TlsOptions, name: string, perConnection = false): Promise<SecureServer> {
  const server = await secureServer(options, (socket: RawSocket) => {
    socket.socket.on('data', () => {
      const close = perConnection ? 'Connection: close\r\n' : '';
      socket.send(`HTTP/1.1 200 OK\r\n${close}Content-Length: ${name.length}\r\n\r\n${name}`);
      if (perConnection) socket.socket.end();
    });
  });
  cleanups.push(() => server.close());
  return server;
}

async function get(rig: SecureRig): Promise<string> {
  return (await fetch(`http://127.0.0.1:${rig.port}/`)).text();
}

describe('a backend that speaks TLS', () => {
  it.each([
    { name: 'the address of the backend', names: onLoopback, targetTls: {} },
    {
      name: 'the server name of the listener',
      names: ['DNS:gateway.internal'],
      targetTls: { serverName: 'gateway.internal' },
    },
  ])('is asked when its certificate is for $name', async ({ names, targetTls }) => {
    const server = await gateway(await pairFor(names), 'prod-0');
    const rig = await rigOf({ targetTls: { caFile: authority.caFile, ...targetTls } }, [
      backendAt('prod-0', server.port),
    ]);

    const answers = [await get(rig), await get(rig)];

    expect(answers).toEqual(['prod-0', 'prod-0']);
    expect(server.connections).toHaveLength(1);
    expect(server.connections[0]?.getProtocol()).toBe('TLSv1.3');
  });

  it('is told its name by SNI, but never an address', async () => {
    const names: (string | boolean)[] = [];
    const options = await pairFor(['DNS:gateway.internal', 'IP:127.0.0.1']);
    const server = await secureServer(options, (socket, secure: TLSSocket) => {
      names.push(secure.servername ?? false);
      socket.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    cleanups.push(() => server.close());
    const { caFile } = authority;

    await get(
      await rigOf({ targetTls: { caFile, serverName: 'gateway.internal' } }, [backendAt('prod-0', server.port)]),
    );
    await get(await rigOf({ targetTls: { caFile } }, [backendAt('prod-0', server.port)]));

    expect(names).toEqual(['gateway.internal', false]);
  });

  it.each([
    {
      name: 'of another authority',
      options: async () => pairFor(onLoopback, stranger),
      reason: /^unable to verify the first certificate$/,
    },
    {
      name: 'for another name',
      options: async () => pairFor(['DNS:elsewhere']),
      reason: /^IP: 127\.0\.0\.1 is not in the cert's list/,
    },
    {
      name: 'that has expired',
      options: async () => pairFor(onLoopback, authority, true),
      reason: /^certificate has expired$/,
    },
  ])(
    'gets no request when its certificate is one $name: another backend is asked, and the reason is logged',
    async ({ options, reason }) => {
      const wrong = await gateway(await options(), 'wrong');
      const right = await gateway(await pairFor(onLoopback), 'right');
      const rig = await rigOf({ targetTls: { caFile: authority.caFile } }, [
        backendAt('prod-0', wrong.port),
        backendAt('prod-1', right.port),
      ]);

      const answers = [await get(rig), await get(rig), await get(rig), await get(rig), await get(rig), await get(rig)];

      expect(new Set(answers)).toEqual(new Set(['right']));
      const lines = rig.lines.filter(({ msg }) => msg === 'Could not reach a backend by TLS');
      expect(lines).toMatchObject([{ port: wrong.port, reason: expect.stringMatching(reason) }]);
      expect(rig.metric('gatewaypool_balancer_retries_total{listener="in",reason="ConnectFailed"}')).toBeGreaterThan(0);
      expect(rig.lines.some(({ msg }) => msg === 'Ejected a backend that failed')).toBe(true);
    },
  );

  it('that speaks no TLS at all gets no request', async () => {
    const plain = await rawServer((socket) => socket.send('HTTP/1.1 200 OK\r\n\r\n'));
    cleanups.push(() => plain.close());
    const rig = await rigOf({ targetTls: { caFile: authority.caFile } }, [backendAt('prod-0', plain.port)]);

    const response = await fetch(`http://127.0.0.1:${rig.port}/secret-path`);

    expect(response.status).toBe(503);
    expect(plain.connections.map(({ text }) => text).join('')).not.toContain('secret-path');
    expect(rig.lines).toContainEqual(expect.objectContaining({ port: plain.port, reason: 'wrong version number' }));
  });

  it('resumes its last session when it is connected again', async () => {
    const resumed: boolean[] = [];
    const server = await secureServer(await pairFor(onLoopback), (socket, secure) => {
      resumed.push(secure.isSessionReused());
      socket.socket.on('data', () => {
        socket.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    cleanups.push(() => server.close());
    const rig = await rigOf({ targetTls: { caFile: authority.caFile } }, [backendAt('prod-0', server.port)]);

    for (let count = 0; count < 3; count += 1) await get(rig);

    expect(resumed).toEqual([false, true, true]);
  });

  it('gets our certificate when it asks for one', async () => {
    const own = await authority.issue({ name: 'sidecar', user: 'sidecar' });
    const options = await pairFor(onLoopback);
    const ca = readFileSync(authority.caFile);
    const server = await gateway({ ...options, ca, requestCert: true, rejectUnauthorized: true }, 'prod-0');
    const rig = await rigOf({ targetTls: { caFile: authority.caFile, ...own } }, [backendAt('prod-0', server.port)]);

    expect(await get(rig)).toBe('prod-0');
    expect(server.connections[0]?.getPeerCertificate().subject.CN).toBe('sidecar');
  });

  it('is checked by TLS, so that one which only accepts connections is found', async () => {
    const plain = await rawServer();
    cleanups.push(() => plain.close());
    const server = await gateway(await pairFor(onLoopback), 'prod-1', true);
    const healthCheck = { intervalMilliseconds: 50, timeoutMilliseconds: 200 };
    const rig = await rigOf(
      { targetTls: { caFile: authority.caFile } },
      [backendAt('prod-0', plain.port), backendAt('prod-1', server.port)],
      { healthCheck: { mode: 'Active', ...healthCheck } },
    );

    await until('the first to be down', 10_000, () => {
      return rig.metric('gatewaypool_balancer_backend_healthy{listener="in",backend="prod-0"}') === 0;
    });

    expect(rig.metric('gatewaypool_balancer_backend_healthy{listener="in",backend="prod-1"}')).toBe(1);
    expect(server.connections.length).toBeGreaterThan(0);
  });
});

describe('a TCP session to a backend that speaks TLS', () => {
  it('carries octets and half-closes both ways', async () => {
    const sockets: RawSocket[] = [];
    const server = await secureServer(await pairFor(onLoopback), (socket) => sockets.push(socket));
    cleanups.push(() => server.close());
    const rig = await rigOf({ protocol: 'TCP', targetTls: { caFile: authority.caFile } }, [
      backendAt('prod-0', server.port),
    ]);
    const client = rawClient(rig.port);
    cleanups.push(() => client.destroy());

    client.socket.end('question');
    const backend = await soon('the session', () => sockets[0]);
    await soon('the half-close', () => backend.ended);
    backend.socket.end('answer');

    expect(await client.ends()).toBe('answer');
    expect(backend.text).toBe('question');
  });

  it('loses nothing of a large answer to a slow reader', async () => {
    const part = '0123456789abcdef'.repeat(4096);
    const server = await secureServer(await pairFor(onLoopback), (socket) => {
      for (let count = 0; count < 300; count += 1) socket.send(part);
      socket.socket.end();
    });
    cleanups.push(() => server.close());
    const rig = await rigOf({ protocol: 'TCP', targetTls: { caFile: authority.caFile } }, [
      backendAt('prod-0', server.port),
    ]);
    const client = rawClient(rig.port);
    cleanups.push(() => client.destroy());
    client.socket.pause();
    await soon('the session', () => server.connections[0]);
    await new Promise(setImmediate);

    client.socket.resume();
    await until('the end', 20_000, () => client.ended);

    expect(client.text).toBe(part.repeat(300));
  });
});
