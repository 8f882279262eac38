import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../../cluster/processes/run.ts';
import { listenOnLoopback } from '../../faults/loopback.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import { buildLoad } from './build-load.ts';
import { BulkResult, RequestResult, RoundTripResult } from './load-program.ts';

let directory: string;
let load: string;
const ends: (() => void)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatewaypool-test-'));
  load = await buildLoad(directory);
});

afterAll(async () => rm(directory, { recursive: true }));

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return listenOnLoopback(server);
}

async function serveTcp(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listenOnLoopback(server);
}

async function requests(port: number, ...args: readonly string[]): Promise<RequestResult> {
  const command = ['requests', '--port', String(port), '--connections', '4', '--seconds', '0.2', ...args];
  return RequestResult.parse(JSON.parse(await run(load, command, { timeoutMilliseconds: 20_000 })));
}

describe('load requests', () => {
  it('counts as many requests as the server answered, on its few connections', async () => {
    let answered = 0;
    const connections = new Set<unknown>();
    const port = await serve((request, response) => {
      connections.add(request.socket);
      answered += 1;
      response.end('Hello');
    });

    const result = await requests(port);

    expect(result).toMatchObject({ requests: answered, failed: 0, errors: {} });
    expect(connections.size).toBe(4);
  });

  it('measures how long answers take', async () => {
    const port = await serve((_, response) => void setTimeout(() => response.end('late'), 50));

    const result = await requests(port);

    expect(result.p50).toBeGreaterThanOrEqual(20_000 - 1);
    expect(result.longest).toBeGreaterThanOrEqual(0.049);
  });

  it.each([
    { name: 'another status', answer: 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', error: 'a wrong response' },
    {
      name: 'more than the length',
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab',
      error: 'a wrong response',
    },
    { name: 'no length', answer: 'HTTP/1.1 200 OK\r\n\r\n', error: 'a wrong response' },
  ])('takes $name for a failure', async ({ answer, error }) => {
    const port = await serveTcp((socket) => socket.on('data', () => socket.write(answer)));

    const result = await requests(port);

    expect(result).toMatchObject({ requests: 0, errors: { [error]: result.failed } });
    expect(result.failed).toBeGreaterThan(0);
  });

  it('takes a connection that ends before the answer is whole for a failure, and goes on with a new one', async () => {
    const port = await serveTcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    );

    const result = await requests(port);

    expect(result.requests).toBe(0);
    expect(result.failed).toBeGreaterThan(4);
    expect(Object.keys(result.errors)).toEqual(['the connection ended']);
  });

  it('measures how long requests took that then failed', async () => {
    const port = await serveTcp((socket) => socket.on('data', () => void setTimeout(() => socket.destroy(), 50)));

    const result = await requests(port);

    expect(result).toMatchObject({ requests: 0, p50: 0 });
    expect(result.longest).toBeGreaterThanOrEqual(0.049);
  });

  it('loses nothing when a connection ends between two requests', async () => {
    const port = await serve((_, response) => {
      response.setHeader('Content-Length', 2);
      response.end('ok', () => response.socket?.destroySoon());
    });

    const result = await requests(port);

    expect(result.requests).toBeGreaterThan(4);
  });

  it('uses a connection for one request when it is to be closed, and waits for its end', async () => {
    const connections = new Set<unknown>();
    const wishes = new Set<string | undefined>();
    const port = await serve((request, response) => {
      connections.add(request.socket);
      wishes.add(request.headers.connection);
      response.end('Hello');
    });

    const result = await requests(port, '--close');

    expect(result.failed).toBe(0);
    expect(connections.size).toBe(result.requests);
    expect([...wishes]).toEqual(['close']);
  });

  it('speaks TLS when told so, and finds a wrong response in it', async () => {
    const { cert, key } = await createTlsTexts();
    const versions = new Set<string | null>();
    const server = createSecureServer({ cert, key }, (request, response) => {
      const { socket } = request;
      versions.add(socket instanceof TLSSocket ? socket.getProtocol() : null);
      response.statusCode = request.url === '/wrong' ? 500 : 200;
      // Larger than a record, so that one response is several of them.
      response.end(Buffer.alloc(40_000));
    });
    ends.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const port = await listenOnLoopback(server);

    const right = await requests(port, '--tls');
    const wrong = await requests(port, '--tls', '--path', '/wrong');

    expect(right.requests).toBeGreaterThan(4);
    expect(right.failed).toBe(0);
    expect([...versions]).toEqual(['TLSv1.3']);
    expect(wrong).toMatchObject({ requests: 0, errors: { 'a wrong response': wrong.failed } });
  });

  it('sends eleven fields when told so', async () => {
    const counts = new Set<number>();
    const port = await serve((request, response) => {
      counts.add(request.rawHeaders.length / 2);
      response.end('Hello');
    });

    await requests(port, '--fields');

    expect([...counts]).toEqual([11]);
  });

  it('keeps a rate, whether or not answers come', async () => {
    const port = await serve((_, response) => void setTimeout(() => response.end('late'), 10));

    const result = await requests(port, '--rate', '100');

    expect(result).toMatchObject({ requests: 20, failed: 0 });
  });

  it('counts from when a request was due, not from when a connection was free', async () => {
    const port = await serve((_, response) => void setTimeout(() => response.end('late'), 40));

    // 4 connections × 25 answers per second for 200 requests per second: each waits longer than the one before.
    const result = await requests(port, '--rate', '200');

    expect(result.requests).toBe(40);
    expect(result.longest).toBeGreaterThan(0.15);
  });
});

describe('load roundtrips', () => {
  it('counts the messages that came back', async () => {
    let bytes = 0;
    const port = await serveTcp((socket) =>
      socket.on('data', (data) => {
        bytes += data.length;
        socket.write(data);
      }),
    );

    const output = await run(load, ['roundtrips', '--port', String(port), '--connections', '4', '--seconds', '0.2']);

    const { roundTrips } = RoundTripResult.parse(JSON.parse(output));
    expect(roundTrips).toBeGreaterThan(0);
    expect(bytes / 64 - roundTrips).toBeLessThanOrEqual(4);
  });

  it('fails when a connection ends', async () => {
    const port = await serveTcp((socket) => socket.end());

    await expect(run(load, ['roundtrips', '--port', String(port)])).rejects.toThrow('a connection ended');
  });
});

describe('load bulk', () => {
  async function sink(countOf: (bytes: number) => number): Promise<number> {
    return serveTcp((socket) => {
      let bytes = 0;
      socket.on('data', (data) => (bytes += data.length));
      socket.on('end', () => {
        const answer = Buffer.alloc(8);
        answer.writeBigUInt64BE(BigInt(countOf(bytes)));
        socket.end(answer);
      });
    });
  }

  it('counts the bytes of which the sink confirms each', async () => {
    let arrived = 0;
    const port = await sink((bytes) => {
      arrived += bytes;
      return bytes;
    });

    const output = await run(load, ['bulk', '--port', String(port), '--seconds', '0.2']);

    expect(BulkResult.parse(JSON.parse(output)).bytes).toBe(arrived);
  });

  it('fails when a byte is missing', async () => {
    const port = await sink((bytes) => bytes - 1);

    await expect(run(load, ['bulk', '--port', String(port), '--seconds', '0.1'])).rejects.toThrow('bytes were sent');
  });
});
