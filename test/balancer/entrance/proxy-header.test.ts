import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect as connectSecure } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proxyHeader } from '../../../src/balancer/proxy-protocol/write-header.ts';
import { listenOnLoopback } from '../../faults/loopback.ts';
import { soon } from '../../kube/soon.ts';
import { rawClient, rawServer, RawSocket } from '../raw-socket.ts';
import { backendAt } from '../rig.ts';
import { onLoopback, type SecureRig, temporaryAuthority } from '../secure-rig.ts';
import { setSecureStage } from '../secure-stage.ts';

const client = { address: '192.0.2.33', port: 40_000 };
const balancer = { address: '198.51.100.1', port: 443 };
const header = proxyHeader(client, balancer).toString('latin1');
const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const fromHere = ['127.0.0.0/8'];
const rejected = 'gatewaypool_balancer_rejected_total{listener="in",reason="ProxyHeader"}';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let tls: { certificateFile: string; keyFile: string };

beforeAll(async () => {
  authority = await temporaryAuthority();
  tls = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
});

afterAll(() => authority.remove());

const { cleanups, rigOf } = setSecureStage();

/** An HTTP backend that answers with who it was told the client is. */
async function teller(): Promise<number> {
  const server = createServer((request, response) => response.end(`<${String(request.headers['x-forwarded-for'])}>`));
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return listenOnLoopback(server);
}

function clientOf(rig: SecureRig): RawSocket {
  const socket = rawClient(rig.port);
  cleanups.push(() => socket.destroy());
  return socket;
}

describe('a PROXY header from a load balancer that is trusted', () => {
  it.each([
    { name: 'in one piece with the request', parts: [header + get] },
    { name: 'octet by octet', parts: [...header.split(''), get] },
    { name: 'cut behind its fixed part', parts: [header.slice(0, 16), header.slice(16) + get] },
  ])('tells the backend who the client is when it comes $name', async ({ parts }) => {
    const rig = await rigOf({ acceptProxyFrom: fromHere }, [backendAt('prod-0', await teller())]);
    const socket = clientOf(rig);

    for (const part of parts) {
      socket.send(part);
      await new Promise(setImmediate);
    }

    expect(await socket.receives('>')).toContain('<192.0.2.33>');
    socket.send(get);
    await socket.receives('<192.0.2.33>', 2);
  });

  it('comes before the handshake of TLS', async () => {
    const rig = await rigOf({ acceptProxyFrom: fromHere, tls }, [backendAt('prod-0', await teller())]);
    const below = clientOf(rig);
    below.send(header);
    const ca = readFileSync(authority.caFile);

    const secure = new RawSocket(connectSecure({ socket: below.socket, ca, servername: 'localhost' }));
    secure.send(get);

    expect(await secure.receives('>')).toContain('<192.0.2.33>');
  });

  it('is handed on to a TCP backend that is to be told, with the address that the client connected to', async () => {
    const server = await rawServer();
    cleanups.push(() => server.close());
    const rig = await rigOf({ protocol: 'TCP', acceptProxyFrom: fromHere }, [backendAt('prod-0', server.port)], {
      proxyProtocol: 'V2',
    });

    clientOf(rig).send(`${header}hello`);

    const backend = await server.connection(0);
    expect(await backend.receives('hello')).toBe(`${header}hello`);
  });

  it('of a health check leaves the addresses of the connection in force', async () => {
    const rig = await rigOf({ acceptProxyFrom: fromHere }, [backendAt('prod-0', await teller())]);
    const local = `${header.slice(0, 12)}\x20\x00\x00\x00`;
    const socket = clientOf(rig);

    socket.send(local + get);

    expect(await socket.receives('>')).toContain('<127.0.0.1>');
  });

  it.each([
    { name: 'is missing', text: get + get },
    { name: 'is of version 1', text: 'PROXY TCP4 192.0.2.33 198.51.100.1 40000 443\r\n' },
    { name: 'has a family that nobody knows', text: `${header.slice(0, 13)}\x51${header.slice(14)}` },
  ])('is required: a connection where it $name is reset and counted', async ({ text }) => {
    const rig = await rigOf({ acceptProxyFrom: fromHere }, [backendAt('prod-0', await teller())]);
    const socket = clientOf(rig);

    socket.send(text);

    expect(await socket.closes()).toBe('');
    expect(socket.error).toBe('ECONNRESET');
    expect(rig.metric(rejected)).toBe(1);
  });

  it('has as long as a request head', async () => {
    const rig = await rigOf({ acceptProxyFrom: fromHere }, [], { limits: { headMilliseconds: 300 } });
    const socket = clientOf(rig);

    socket.send(header.slice(0, 20));

    await socket.closes();
    expect(rig.metric(rejected)).toBe(1);
  });

  it('goes to no backend when the client was gone before it was accepted, and nobody knows whom to trust', async () => {
    const server = await rawServer();
    cleanups.push(() => server.close());
    const rig = await rigOf({ protocol: 'TCP', acceptProxyFrom: fromHere }, [backendAt('prod-0', server.port)]);
    const goes = `const socket = require('net').connect(${rig.port}, '127.0.0.1', () => socket.write('hello', () => socket.resetAndDestroy()))`;
    // Nothing is accepted here meanwhile.
    execFileSync(process.execPath, ['-e', goes]);

    clientOf(rig).send(`${header}next`);
    const first = await server.connection(0);

    expect(await first.receives('next')).toBe('next');
    await soon('its end', () => rig.metric('gatewaypool_balancer_client_connections') === 1);
    expect(server.connections).toHaveLength(1);
  });

  it('that never comes is not counted when the client goes: that is how ports are looked at', async () => {
    const rig = await rigOf({ acceptProxyFrom: fromHere }, []);
    const socket = clientOf(rig);
    await soon('the connection', () => rig.metric('gatewaypool_balancer_client_connections') === 1);

    socket.destroy();

    await soon('its end', () => rig.metric('gatewaypool_balancer_client_connections') === 0);
    expect(rig.metric(rejected)).toBeUndefined();
  });
});

describe('a PROXY header from anybody else', () => {
  it.each([
    { name: 'ranges that others are in', acceptProxyFrom: ['192.0.2.0/24', '2001:db8::/32'] },
    { name: 'no ranges', acceptProxyFrom: [] },
  ])('is not understood, with $name: 400, and no backend sees it', async ({ acceptProxyFrom }) => {
    const server = await rawServer();
    cleanups.push(() => server.close());
    const rig = await rigOf({ acceptProxyFrom }, [backendAt('prod-0', server.port)]);
    const socket = clientOf(rig);

    socket.send(header + get);

    expect(await socket.ends()).toMatch(/^HTTP\/1\.1 400 /);
    expect(server.connections).toHaveLength(0);
  });

  it('is no obstacle to requests without one', async () => {
    const rig = await rigOf({ acceptProxyFrom: ['192.0.2.0/24'] }, [backendAt('prod-0', await teller())]);
    const socket = clientOf(rig);

    socket.send(get);

    expect(await socket.receives('>')).toContain('<127.0.0.1>');
  });
});
