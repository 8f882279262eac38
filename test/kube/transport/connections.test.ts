import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Credentials } from '../../../src/kube/credentials/connection.ts';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import type { KubeTransport } from '../../../src/kube/transport/transport.ts';
import { soon } from '../soon.ts';
import { startLink } from '../../faults/link.ts';
import { answerJson, answerStatus, startScriptedServer } from '../../faults/scripted-server.ts';
import type { ScriptedServer } from '../../faults/scripted-server.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';

const path = '/api/v1/pods';

describe('the connections of a transport', () => {
  let tls: TlsTexts;
  let otherTls: TlsTexts;
  let server: ScriptedServer;
  let transports: KubeTransport[];

  beforeAll(async () => {
    [tls, otherTls] = await Promise.all([createTlsTexts(), createTlsTexts()]);
  });

  beforeEach(async () => {
    transports = [];
    server = await startScriptedServer(tls);
  });

  afterEach(async () => {
    for (const transport of transports) transport.close();
    await server.close();
  });

  function connect(
    options: {
      credentials?: (refresh: boolean) => Credentials;
      url?: URL;
      maxConnections?: number;
      staleAfterMilliseconds?: number;
    } = {},
  ): KubeTransport {
    const { credentials = () => trusting(tls), url = server.url, ...rest } = options;
    const transport = createTransport(
      { server: url, credentials: ({ refresh }) => Promise.resolve(credentials(refresh)) },
      { userAgent: 'test/1.0', ...rest },
    );
    transports.push(transport);
    return transport;
  }

  function trusting({ ca }: TlsTexts, headers: Record<string, string> = {}): Credentials {
    return { tls: { ca, insecureSkipVerify: false }, headers };
  }

  it('are as few for 10,000 calls as the pool allows, and no new one is made for each call', async () => {
    const credentials = trusting(tls);
    const transport = connect({ maxConnections: 8, credentials: () => credentials });
    let left = 10_000;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await transport.request({ method: 'GET', path });
      }
    };

    await Promise.all(Array.from({ length: 64 }, worker));

    expect(server.requests).toHaveLength(10_000);
    expect(server.connections.accepted).toBeLessThanOrEqual(8);
  }, 60_000);

  it('are replaced without an error when the server closed one that was idle', async () => {
    const credentials = trusting(tls);
    const transport = connect({ credentials: () => credentials });
    server.answer((_request, response) => {
      // Closes the connection after an answer that promised to keep it.
      response.writeHead(200, { Connection: 'keep-alive' });
      response.end('{}', () => setImmediate(() => response.socket?.destroy()));
    });

    for (let call = 0; call < 5; call++) {
      await transport.request({ method: 'PUT', path, body: {} });
    }

    expect(server.requests).toHaveLength(5);
  });

  it('do not hold up a GET when the pooled one died silently', async () => {
    const link = await startLink({ host: '127.0.0.1', port: Number(server.url.port) });
    const url = new URL(`https://127.0.0.1:${link.port}/`);
    const credentials = trusting(tls);
    const transport = connect({ url, credentials: () => credentials, staleAfterMilliseconds: 100 });
    await transport.request({ method: 'GET', path });

    link.silence();
    link.speak('New');
    await transport.request({ method: 'GET', path });

    expect(link.accepted).toBe(2);
    await link.close();
  });

  it('ask for fresh credentials once after a 401, whatever the method', async () => {
    let token = 'old';
    const transport = connect({
      credentials: (refresh) => {
        if (refresh) token = 'new';
        return trusting(tls, { Authorization: `Bearer ${token}` });
      },
    });
    server.answer((request, response) =>
      request.headers.authorization === 'Bearer new'
        ? answerJson(response, 201, { kind: 'Event' })
        : answerStatus(response, 401, 'Unauthorized'),
    );

    const answer = await transport.request({ method: 'POST', path, body: {} });

    expect(answer).toEqual({ kind: 'Event' });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('pass a second 401 on', async () => {
    const transport = connect();
    server.answer((_request, response) => answerStatus(response, 401, 'Unauthorized'));

    await expect(transport.request({ method: 'GET', path })).rejects.toMatchObject({ status: 401 });

    expect(server.requests).toHaveLength(2);
  });

  it('follow a rotation of the CA: a certificate that is not trusted makes them read the CA again', async () => {
    const before = trusting(tls);
    const after = trusting(otherTls);
    let rotated = false;
    const transport = connect({
      credentials: (refresh) => {
        rotated ||= refresh;
        return rotated ? after : before;
      },
    });
    await transport.request({ method: 'GET', path });

    server.present(otherTls);
    transport.close();
    await soon('the pooled connection to close', () => server.connections.open === 0);
    await transport.request({ method: 'POST', path, body: {} });

    expect(rotated).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  it('are closed when they were made with a CA that is no longer ours', async () => {
    const identities = [trusting(tls), trusting({ ...tls, ca: tls.ca + otherTls.ca })];
    let current = 0;
    const transport = connect({ credentials: () => identities[current] ?? trusting(tls) });
    await transport.request({ method: 'GET', path });

    current = 1;
    await transport.request({ method: 'GET', path });

    await soon('the old connection to close', () => server.connections.open === 1);
    expect(server.connections.accepted).toBe(2);
  });

  it('are refused to a server that the CA did not sign', async () => {
    const transport = connect({ credentials: () => trusting(otherTls) });

    const answering = transport.request({ method: 'GET', path });

    await expect(answering).rejects.toMatchObject({
      code: 'Credentials',
      message: expect.stringContaining(`the certificate of ${server.url.host} is not trusted`),
    });
    expect(server.requests).toHaveLength(0);
  });

  it('to streams are probed by the kernel after 30 s of silence, so that a cut cable is found', async () => {
    const transport = connect();
    server.answer((_request, response) => response.writeHead(200).flushHeaders());
    const stop = new AbortController();

    await transport.stream({ path, query: { watch: 'true' }, signal: stop.signal });
    const [request] = server.requests;
    const timer = await kernelTimer(request?.connection ?? 0, Number(server.url.port));
    stop.abort();

    expect(timer).toEqual({ kind: 'keepalive', seconds: expect.closeTo(30, -1) });
  });

  it('to streams are their own: sixteen watches and a call get through a pool of one', async () => {
    const transport = connect({ maxConnections: 1 });
    server.answer((request, response) => {
      if (request.query.has('watch')) response.writeHead(200).flushHeaders();
      else answerJson(response, 200, {});
    });
    const stop = new AbortController();
    const watch = () => transport.stream({ path, query: { watch: 'true' }, signal: stop.signal });

    const streams = await Promise.all(Array.from({ length: 16 }, watch));
    await transport.request({ method: 'GET', path });

    expect(streams).toHaveLength(16);
    expect(server.connections.open).toBe(17);
    stop.abort();
    await soon('the streams to close', () => server.connections.open <= 1);
  });
});

/** What the kernel waits for on a connection of 127.0.0.1; see proc_pid_net(5) and the kernel's proc_net_tcp.rst. */
async function kernelTimer(localPort: number, remotePort: number): Promise<{ kind: string; seconds: number }> {
  const hex = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const table = await readFile('/proc/net/tcp', 'utf8');
  const row = table.split('\n').find((line) => line.includes(` ${hex(localPort)} ${hex(remotePort)} `));
  const [kind, ticks] = row?.trim().split(/\s+/)[5]?.split(':') ?? [];
  return { kind: kind === '02' ? 'keepalive' : `timer ${kind}`, seconds: Number.parseInt(ticks ?? '', 16) / 100 };
}
