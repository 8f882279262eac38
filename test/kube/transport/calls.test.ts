import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import type { FinishedExchange } from '../../../src/kube/transport/metrics.ts';
import type { KubeTransport, TransportOptions } from '../../../src/kube/transport/transport.ts';
import { soon } from '../soon.ts';
import { answerJson, answerStatus, startScriptedServer } from '../../faults/scripted-server.ts';
import type { ScriptedServer } from '../../faults/scripted-server.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { FakeClock } from '../fake-clock.ts';
import { thrownBy } from '../thrown.ts';

const path = '/api/v1/namespaces/a/pods/b';

describe('a call', () => {
  let tls: TlsTexts;
  let server: ScriptedServer;
  let transport: KubeTransport;

  beforeAll(async () => {
    tls = await createTlsTexts();
  });

  beforeEach(async () => {
    server = await startScriptedServer(tls);
    transport = connect();
  });

  afterEach(async () => {
    transport.close();
    await server.close();
  });

  function connect(options: Partial<TransportOptions> = {}): KubeTransport {
    return createTransport(server.connection(), { userAgent: 'test/1.0', ...options });
  }

  it('sends method, path, query, headers and body, and returns the parsed answer', async () => {
    server.answer((_request, response) => answerJson(response, 201, { kind: 'Pod' }));

    const answer = await transport.request({
      method: 'PATCH',
      path,
      query: { fieldManager: 'm', force: undefined },
      contentType: 'application/apply-patch+yaml',
      body: { spec: 'ü' },
    });

    expect(answer).toEqual({ kind: 'Pod' });
    expect(server.requests).toMatchObject([
      {
        method: 'PATCH',
        path,
        body: '{"spec":"ü"}',
        headers: {
          'user-agent': 'test/1.0',
          accept: 'application/json',
          'content-type': 'application/apply-patch+yaml',
          'content-length': '13',
        },
      },
    ]);
    expect(server.requests[0]?.query.toString()).toBe('fieldManager=m');
    expect(server.requests[0]?.headers['accept-encoding']).toBeUndefined();
  });

  it('keeps the path prefix of the server', async () => {
    const behindPrefix = createTransport(
      { ...server.connection(), server: new URL('k8s/clusters/c-1/', server.url) },
      { userAgent: 'test/1.0' },
    );

    await behindPrefix.request({ method: 'GET', path });
    behindPrefix.close();

    expect(server.requests[0]?.path).toBe(`/k8s/clusters/c-1${path}`);
  });

  it('obeys Retry-After', async () => {
    const clock = new FakeClock();
    transport = connect({ clock });
    server.answerInTurn(
      (_request, response) => answerStatus(response, 429, 'TooManyRequests', { headers: { 'Retry-After': '5' } }),
      (_request, response) => answerJson(response, 200, { kind: 'Pod' }),
    );

    const answering = transport.request({ method: 'POST', path, body: {} });
    await soon('the wait', () => clock.nextDueMilliseconds === 5000);
    const before = server.requests.length;
    await clock.advance(5000);
    const answer = await answering;

    expect(before).toBe(1);
    expect(answer).toEqual({ kind: 'Pod' });
    expect(server.requests).toHaveLength(2);
  });

  it('does not wait for a Retry-After beyond its deadline', async () => {
    server.answer((_request, response) =>
      answerStatus(response, 429, 'TooManyRequests', { headers: { 'Retry-After': '60' } }),
    );

    const answering = transport.request({ method: 'GET', path });

    await expect(answering).rejects.toMatchObject({ status: 429, retryAfterSeconds: 60 });
  });

  it('repeats a GET after a 500 and not a POST', async () => {
    server.answer((request, response) =>
      server.requests.filter(({ method }) => method === request.method).length === 1
        ? answerStatus(response, 500, 'InternalError')
        : answerJson(response, 200, {}),
    );

    await transport.request({ method: 'GET', path });
    const posting = transport.request({ method: 'POST', path, body: {} });

    await expect(posting).rejects.toMatchObject({ status: 500 });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  });

  it('gives up at its deadline, says so, and closes its connection', async () => {
    const clock = new FakeClock();
    transport = connect({ clock });
    server.answer(() => {});

    const answering = transport.request({ method: 'PUT', path, body: {}, deadlineMilliseconds: 5000 });
    const failure = thrownBy(answering);
    await soon('the request', () => server.requests.length === 1);
    await clock.advance(5000);

    expect(await failure).toMatchObject({
      code: 'Timeout',
      message: `PUT ${path} failed: no complete answer from ${server.url.host} within 5 s`,
    });
    await soon('the connection to close', () => server.connections.open === 0);
  });

  it('counts a body that stops in the middle as unfinished at the deadline', async () => {
    const clock = new FakeClock();
    transport = connect({ clock });
    server.answer((_request, response) => void response.write('{"kind":'));

    const answering = transport.request({ method: 'GET', path });
    const failure = thrownBy(answering);
    await soon('the request', () => server.requests.length === 1);
    await clock.advance(30_000);

    expect(await failure).toMatchObject({ code: 'Timeout' });
  });

  it.each([
    { name: 'before it was sent', abortFirst: true, requests: 0 },
    { name: 'while it waits for an answer', abortFirst: false, requests: 1 },
  ])('ends when its signal aborts $name', async ({ abortFirst, requests }) => {
    server.answer(() => {});
    const controller = new AbortController();
    if (abortFirst) controller.abort();

    const answering = transport.request({ method: 'GET', path, signal: controller.signal });
    const failure = thrownBy(answering);
    await soon('the request', () => server.requests.length === requests);
    controller.abort();

    expect(await failure).toMatchObject({ code: 'Aborted', message: `GET ${path} was aborted` });
    expect(server.requests).toHaveLength(requests);
  });

  it('ends when its signal aborts while it waits for a repetition', async () => {
    server.answer((_request, response) =>
      answerStatus(response, 503, 'ServiceUnavailable', { headers: { 'Retry-After': '20' } }),
    );
    const clock = new FakeClock();
    transport = connect({ clock });
    const controller = new AbortController();

    const answering = transport.request({ method: 'GET', path, signal: controller.signal });
    const failure = thrownBy(answering);
    await soon('the wait', () => clock.nextDueMilliseconds === 20_000);
    controller.abort();

    expect(await failure).toMatchObject({ code: 'Aborted' });
    expect(clock.sleeping).toBe(0);
  });

  it('says who could not be reached when nobody listens', async () => {
    const { host } = server.url;
    await server.close();

    const answering = transport.request({ method: 'DELETE', path });

    await expect(answering).rejects.toMatchObject({
      code: 'Connection',
      message: expect.stringContaining(`DELETE ${path} failed: no connection to ${host}: connect ECONNREFUSED`),
    });
    server = await startScriptedServer(tls);
  });

  it('refuses an answer that is not JSON, without quoting it', async () => {
    server.answer((_request, response) => void response.end('password=hunter2'));

    const answering = transport.request({ method: 'GET', path });
    const error: unknown = await answering.catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'BadResponse', message: `GET ${path} failed: the answer is not JSON` });
    expect(error).toHaveProperty('cause', undefined);
  });

  it('refuses an answer larger than it may be', async () => {
    transport = connect({ maxResponseBytes: 1000 });
    server.answer((_request, response) => answerJson(response, 200, { data: 'x'.repeat(1000) }));

    await expect(transport.request({ method: 'GET', path })).rejects.toMatchObject({ code: 'BadResponse' });
  });

  it('reports every exchange', async () => {
    const finished: FinishedExchange[] = [];
    transport = connect({ metrics: { exchangeFinished: (exchange) => finished.push(exchange) } });
    server.answerInTurn(
      (_request, response) => answerStatus(response, 500, 'InternalError'),
      () => {},
    );

    const controller = new AbortController();
    const answering = transport.request({ method: 'GET', path, signal: controller.signal }).catch(() => {});
    await soon('the second attempt', () => server.requests.length === 2);
    controller.abort();
    await answering;

    expect(finished.map(({ method, host, code }) => [method, host, code])).toEqual([
      ['GET', server.url.host, '500'],
      ['GET', server.url.host, '<error>'],
    ]);
    expect(finished.every(({ durationSeconds }) => durationSeconds > 0 && durationSeconds < 10)).toBe(true);
  });
});
