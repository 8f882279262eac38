import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { closeServers, portOf } from '../../balancer/loopback-servers.ts';
import { run } from '../../cluster/processes/run.ts';
import { type Lanes, startLanes } from './balancer-lanes.ts';
import { describeWith } from './peers/describe-with.ts';

interface Got {
  readonly method: string;
  readonly version: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly trailers: IncomingMessage['trailers'];
}

const got: Got[] = [];
let lanes: Lanes;
beforeAll(async () => {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('latin1').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const { method = '', httpVersion, headers, trailers } = request;
      got.push({ method, headers, body, trailers, version: httpVersion });
      const inChunks = httpVersion === '1.1' && method !== 'HEAD';
      if (inChunks) response.setHeader('Trailer', 'X-Sum');
      response.write(`${method} `);
      if (inChunks) response.addTrailers({ 'X-Sum': '42' });
      response.end(`${body.length}`);
    });
  };
  const server = createServer(answer);
  server.on('checkContinue', (request, response) => {
    response.writeContinue();
    answer(request, response);
  });
  lanes = await startLanes([await portOf(server)]);
});
afterAll(async () => {
  await lanes.stop();
  await closeServers();
});

/** Runs curl; its own log is in stderr, line by line. */
async function curl(
  words: readonly string[],
  input = '',
  times = 1,
): Promise<{ out: string; log: string[]; seen: Got[] }> {
  const log: string[] = [];
  got.length = 0;
  const url = `http://127.0.0.1:${lanes.ports[0]}/a`;
  const urls = Array.from({ length: times }, () => url);
  const out = await run('curl', ['-sv', '--max-time', '20', ...words, ...urls], {
    input,
    timeoutMilliseconds: 30_000,
    onStderrLine: (line) => log.push(line.trimEnd()),
  });
  return { out, log, seen: [...got] };
}

const upload = 'x'.repeat(300_000);

await describeWith('curl', () => {
  it('keeps its connection', async () => {
    const { out, seen } = await curl(['-w', ' %{num_connects}\n'], '', 3);

    expect(out).toBe('GET 0 1\nGET 0 0\nGET 0 0\n');
    expect(seen).toHaveLength(3);
  });

  it('waits for 100 Continue, which comes from the backend', async () => {
    const { out, log } = await curl(
      ['-H', 'Expect: 100-continue', '--expect100-timeout', '15', '--data-binary', '@-'],
      upload,
    );

    expect(log).toContain('< HTTP/1.1 100 Continue');
    expect(out).toBe('POST 300000');
  });

  it('gets a head without a body for HEAD', async () => {
    const { out, seen } = await curl(['-I']);

    expect(out).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(seen).toMatchObject([{ method: 'HEAD' }]);
  });

  it('uploads in chunks', async () => {
    const { out, seen } = await curl(['-T', '-', '-H', 'Expect:'], upload);

    expect(out).toBe('PUT 300000');
    expect(seen).toMatchObject([{ body: upload, headers: { 'transfer-encoding': 'chunked' } }]);
  });

  it('gets the trailers of a response', async () => {
    const { out } = await curl(['-i']);

    expect(out).toContain('X-Sum: 42\r\n');
  });

  it('speaks HTTP/1.0, and gets no chunks then', async () => {
    const { out, log, seen } = await curl(['-0', '--data-binary', '@-'], upload);

    expect(out).toBe('POST 300000');
    expect(log.join('\n')).not.toMatch(/transfer-encoding/i);
    expect(seen).toMatchObject([{ body: upload, version: '1.0' }]);
  });

  it('is told apart from others by the fields that name it', async () => {
    const { seen } = await curl(['-H', 'X-Forwarded-For: 203.0.113.1', '-H', 'Connection: X-Mine', '-H', 'X-Mine: a']);

    expect(seen).toMatchObject([{ headers: { 'x-forwarded-for': '203.0.113.1, 127.0.0.1', via: '1.1 gatewaypool' } }]);
    expect(seen[0]?.headers).not.toHaveProperty('x-mine');
  });
});
