import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import type { KubeStream, KubeTransport } from '../../../src/kube/transport/transport.ts';
import { soon } from '../soon.ts';
import { answerStatus, startScriptedServer } from '../../faults/scripted-server.ts';
import type { ScriptedServer } from '../../faults/scripted-server.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { FakeClock } from '../fake-clock.ts';
import { thrownBy } from '../thrown.ts';

const path = '/api/v1/pods';

describe('a stream', () => {
  let tls: TlsTexts;
  let server: ScriptedServer;
  let clock: FakeClock;
  let stop: AbortController;
  let transport: KubeTransport;

  beforeAll(async () => {
    tls = await createTlsTexts();
  });

  beforeEach(async () => {
    server = await startScriptedServer(tls);
    clock = new FakeClock();
    stop = new AbortController();
    transport = createTransport(server.connection(), { userAgent: 'test/1.0', clock });
  });

  afterEach(async () => {
    stop.abort();
    await server.close();
  });

  const open = (): Promise<KubeStream> => transport.stream({ path, query: { watch: 'true' }, signal: stop.signal });

  async function readAll(stream: KubeStream): Promise<string> {
    let text = '';
    for await (const chunk of stream.chunks) text += chunk.toString();
    return text;
  }

  it('ends cleanly when the server ends it', async () => {
    server.answer((_request, response) => {
      response.write('one ');
      response.end('two');
    });

    const text = await readAll(await open());

    expect(text).toBe('one two');
  });

  it('lives beyond the deadline of a call, and leaves no timer behind', async () => {
    server.answer((_request, response) => void response.write('one'));
    const stream = await open();

    await clock.advance(3_600_000);

    expect(server.connections.open).toBe(1);
    expect(clock.sleeping).toBe(0);
    stream.close();
  });

  it('fails when the head does not come within the deadline', async () => {
    server.answer(() => {});

    const failure = thrownBy(open());
    await soon('the request', () => server.requests.length === 1);
    await clock.advance(30_000);

    expect(await failure).toMatchObject({ code: 'Timeout' });
  });

  it('throws when the connection breaks in the middle', async () => {
    server.answer((_request, response) => {
      response.write('one');
      setTimeout(() => response.socket?.destroy(), 10);
    });

    const reading = readAll(await open());

    await expect(reading).rejects.toMatchObject({
      code: 'Connection',
      message: expect.stringContaining(`GET ${path} (watch) broke: connection to ${server.url.host} lost`),
    });
  });

  it('throws and closes its connection when its signal aborts', async () => {
    server.answer((_request, response) => void response.write('one'));
    const failure = thrownBy(readAll(await open()));

    stop.abort();

    expect(await failure).toMatchObject({ code: 'Aborted' });
    await soon('the connection to close', () => server.connections.open === 0);
  });

  it('ends without an error when its reader closes it', async () => {
    server.answer((_request, response) => void response.write('one'));
    const stream = await open();
    const reading = readAll(stream);

    await soon('the head', () => server.connections.open === 1);
    stream.close();

    await expect(reading).resolves.toMatch(/^(one)?$/);
    await soon('the connection to close', () => server.connections.open === 0);
  });

  it('closes its connection when its signal aborts between head and reading', async () => {
    server.answer((_request, response) => void response.write('one'));
    const stream = await open();

    stop.abort();

    await expect(readAll(stream)).rejects.toMatchObject({ code: 'Aborted' });
    await soon('the connection to close', () => server.connections.open === 0);
  });

  it.each([
    { code: 503, reason: 'ServiceUnavailable', retryAfterSeconds: 1, requests: 1 },
    { code: 410, reason: 'Expired', retryAfterSeconds: undefined, requests: 1 },
    { code: 401, reason: 'Unauthorized', retryAfterSeconds: undefined, requests: 2 },
  ])('leaves a $code to its caller', async ({ code, reason, retryAfterSeconds, requests }) => {
    server.answer((_request, response) =>
      answerStatus(response, code, reason, retryAfterSeconds ? { headers: { 'Retry-After': '1' } } : {}),
    );

    await expect(open()).rejects.toMatchObject({ status: code, reason, retryAfterSeconds });

    expect(server.requests).toHaveLength(requests);
  });
});
