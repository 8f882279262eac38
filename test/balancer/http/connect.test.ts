import { afterEach, describe, expect, it } from '@jest/globals';
import { soon } from '../../kube/soon.ts';
import { rawClient, type RawServer, rawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt } from '../rig.ts';
import { type SecureRig, startSecureRig } from '../secure-rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serverOf(onConnection?: (socket: RawSocket) => void): Promise<RawServer> {
  const server = await rawServer(onConnection);
  cleanups.push(() => server.close());
  return server;
}

async function rigOf(servers: readonly RawServer[], allowConnect = true): Promise<SecureRig> {
  const rig = await startSecureRig(
    { allowConnect },
    servers.map(({ port }, index) => backendAt(`prod-${index}`, port)),
  );
  cleanups.push(() => rig.close());
  return rig;
}

function clientOf(rig: SecureRig): RawSocket {
  const client = rawClient(rig.port);
  cleanups.push(() => client.destroy());
  return client;
}

const connect = (target: string, more = `Host: ${target}\r\n`): string => `CONNECT ${target} HTTP/1.1\r\n${more}\r\n`;

describe('CONNECT', () => {
  it('is passed on as it came, and is a tunnel in both directions behind the 200', async () => {
    const server = await serverOf();
    const rig = await rigOf([server]);
    const client = clientOf(rig);

    client.send(connect('db.internal:5432', 'Host: db.internal:5432\r\nX-Trace: 1\r\n'));
    const backend = await server.connection(0);
    const request = await backend.receives('\r\n\r\n');
    backend.send('HTTP/1.1 200 Connection established\r\n\r\nfirst words');
    await client.receives('first words');
    client.send('\x00\x01 not HTTP');
    await backend.receives('\x01 not HTTP');
    backend.send('HTTP/1.1 400 not a response either\r\n\r\n');

    const text = await client.receives('either\r\n\r\n');
    expect(request).toMatch(/^CONNECT db\.internal:5432 HTTP\/1\.1\r\nHost: db\.internal:5432\r\nX-Trace: 1\r\n/);
    expect(text).toMatch(/^HTTP\/1\.1 200 Connection established\r\nVia: 1\.1 gatewaypool\r\n\r\nfirst words/);
    expect(rig.dataPlane.sessions().sessions).toBe(1);
  });

  it('sends on what came behind its head only after the 2xx, in front of everything else', async () => {
    const server = await serverOf();
    const client = clientOf(await rigOf([server]));

    client.send(`${connect('a:22')}SSH-2.0-early\r\n`);
    const backend = await server.connection(0);
    const before = await backend.receives('\r\n\r\n');
    backend.send('HTTP/1.1 204 Fine\r\n\r\n');
    await client.receives('204 Fine');
    client.send('later');

    const text = await backend.receives('later');
    expect(before).not.toContain('SSH');
    expect(text.slice(before.length)).toBe('SSH-2.0-early\r\nlater');
  });

  it('carries half-closes, and the session ends with both', async () => {
    const server = await serverOf((socket) => socket.send('HTTP/1.1 200 OK\r\n\r\n'));
    const rig = await rigOf([server]);
    const client = clientOf(rig);
    client.send(connect('a:22'));
    await client.receives('\r\n\r\n');

    client.socket.end('question');
    const backend = await server.connection(0);
    await soon('the half-close', () => backend.ended);
    backend.socket.end('answer');

    expect(await client.ends()).toContain('answer');
    await soon('the end', () => rig.dataPlane.sessions().sessions === 0);
  });

  it.each([
    { name: 'a refusal', answer: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno' },
    { name: 'a redirect', answer: 'HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n' },
  ])('that gets $name stays HTTP: the next request goes on', async ({ answer }) => {
    let answers = 0;
    const server = await serverOf((socket) => {
      socket.socket.on('data', () => {
        answers += 1;
        socket.send(answers === 1 ? answer : 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext');
      });
    });
    const client = clientOf(await rigOf([server]));

    client.send(connect('a:22'));
    await client.receives('no');
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');

    expect(await client.receives('next')).toContain('HTTP/1.1 200 OK');
  });

  it.each([
    { name: 'a body of some length', head: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' },
    { name: 'a body in chunks', head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' },
    { name: 'another protocol', head: 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n' },
  ])('gets 502 when the backend answers with $name, which no tunnel has', async ({ head }) => {
    const server = await serverOf((socket) => void socket.socket.on('data', () => socket.send(head)));
    const client = clientOf(await rigOf([server]));

    client.send(connect('a:22'));

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('is not sent a second time when the connection to the backend is lost', async () => {
    const servers = await Promise.all(
      [0, 1].map(() => serverOf((socket) => void socket.socket.on('data', () => socket.destroy()))),
    );
    const client = clientOf(await rigOf(servers));

    client.send(connect('a:22', 'Host: a:22\r\nIdempotency-Key: 1\r\n'));

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 502 /);
    expect(servers.map(({ connections }) => connections.length)).toEqual([1, 0]);
  });

  it.each([
    { name: 'a path', request: connect('/', 'Host: a\r\n') },
    { name: 'an absolute target', request: connect('http://a:80/', 'Host: a:80\r\n') },
    { name: 'no port', request: connect('a', 'Host: a\r\n') },
    { name: 'an empty port', request: connect('a:', 'Host: a:\r\n') },
    { name: 'port 0', request: connect('a:0') },
    { name: 'a port that is too large', request: connect('a:65536') },
    { name: 'user information', request: connect('me@a:22') },
    { name: 'another Host', request: connect('a:22', 'Host: b:22\r\n') },
    { name: 'no Host', request: connect('a:22', '') },
    { name: 'a body', request: `${connect('a:22', 'Host: a:22\r\nContent-Length: 1\r\n')}x` },
    { name: 'chunks', request: connect('a:22', 'Host: a:22\r\nTransfer-Encoding: chunked\r\n') },
    { name: 'an asterisk', request: connect('*', 'Host: a\r\n') },
    { name: 'HTTP/1.0', request: 'CONNECT a:22 HTTP/1.0\r\nHost: a:22\r\n\r\n' },
  ])('with $name is refused with 400: no backend sees it', async ({ request }) => {
    const server = await serverOf();
    const client = clientOf(await rigOf([server]));

    client.send(request);

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 400 /);
    expect(server.connections).toHaveLength(0);
  });

  it.each(['[2001:db8::1]:443', '192.0.2.1:443', 'A.example:443'])('may lead to %s', async (target) => {
    const server = await serverOf();
    const client = clientOf(await rigOf([server]));

    client.send(connect(target));

    expect(await (await server.connection(0)).receives('\r\n\r\n')).toContain(`CONNECT ${target} HTTP/1.1`);
  });

  it('is refused with 405 where the listener does not allow it', async () => {
    const client = clientOf(await rigOf([await serverOf()], false));

    client.send(connect('a:22'));

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 405 /);
  });
});
