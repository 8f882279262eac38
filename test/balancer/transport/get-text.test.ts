import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { getText } from '../../../src/balancer/transport/get-text.ts';
import { closeServers, portOf } from '../loopback-servers.ts';
import { freePort } from '../rig.ts';

afterEach(closeServers);

const serve = (listener: RequestListener): Promise<number> => portOf(createServer(listener));

function ask(port: number, changes: { deadlineMilliseconds?: number; signal?: AbortSignal } = {}): Promise<string> {
  return getText({
    address: '127.0.0.1',
    port,
    path: '/a?b=c',
    deadlineMilliseconds: 5000,
    maxBytes: 1000,
    ...changes,
  });
}

describe('getText', () => {
  it('gives the body of the answer', async () => {
    const port = await serve((request, response) =>
      response.end(`${request.method} ${request.url} ${request.headers.host}`),
    );

    expect(await ask(port)).toBe(`GET /a?b=c 127.0.0.1:${port}`);
  });

  it.each([
    { name: 'another status', listener: withStatus(503), problem: 'the answer has status 503' },
    { name: 'a redirect, which is not followed', listener: withStatus(302), problem: 'the answer has status 302' },
    { name: 'a body that is too long', listener: sendTooMuch, problem: 'the answer is longer than 1000 bytes' },
    { name: 'an answer that breaks off', listener: breakOff, problem: 'aborted' },
  ])('refuses $name', async ({ listener, problem }) => {
    await expect(ask(await serve(listener))).rejects.toThrow(problem);
  });

  it.each([
    { name: 'accepts and says nothing', listener: () => {} },
    { name: 'never comes to the end', listener: trickle },
  ])('gives up on a server that $name', async ({ listener }) => {
    const port = await serve(listener);

    await expect(ask(port, { deadlineMilliseconds: 200 })).rejects.toThrow('no whole answer within 0.2 s');
  });

  it('gives up on a server that speaks no HTTP', async () => {
    const port = await portOf(
      createTcpServer((socket) =>
        socket
          .on('error', () => {})
          .resume()
          .end('SSH-2.0-OpenSSH\r\n'),
      ),
    );

    await expect(ask(port)).rejects.toThrow('Parse Error');
  });

  it('gives up when told to', async () => {
    const stop = new AbortController();
    const asking = ask(await serve(() => {}), { signal: stop.signal });

    stop.abort();

    await expect(asking).rejects.toThrow('aborted');
  });

  it('gives the code of a connection that failed', async () => {
    await expect(ask(await freePort())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

function withStatus(status: number): RequestListener {
  return (_request, response) => response.writeHead(status, { Location: '/' }).end('{}');
}

function sendTooMuch(_request: unknown, response: Parameters<RequestListener>[1]): void {
  response.end('x'.repeat(1001));
}

function breakOff(_request: unknown, response: Parameters<RequestListener>[1]): void {
  response.writeHead(200, { 'Content-Length': '100' });
  response.write('half', () => response.destroy());
}

function trickle(_request: unknown, response: Parameters<RequestListener>[1]): void {
  const timer = setInterval(() => response.write('x'), 20);
  response.on('close', () => clearInterval(timer));
}
