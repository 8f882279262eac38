import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { askAt, withAnswers } from '../../../src/operator/observe/ask-sidecars.ts';
import type { PodAnswer } from '../../../src/operator/plan/observation.ts';
import { poolOf } from '../plan/pool-of.ts';

const never = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function sidecar(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function ask(answer: RequestListener): Promise<PodAnswer | undefined> {
  return askAt('127.0.0.1', await sidecar(answer), never);
}

const sends =
  (body: string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(body);

describe('askAt', () => {
  it('asks at /sessions and tells why the pod is held', async () => {
    const held = { reason: 'StartGate', message: 'waits', seatsGeneration: 7, waitsFor: ['uid-2'] };
    const paths: (string | undefined)[] = [];

    const answer = await ask((request, response) => {
      paths.push(request.url);
      response.end(JSON.stringify({ sessions: 0, transit: 0, draining: false, held, backends: {}, new: 'field' }));
    });

    expect(paths).toEqual(['/sessions']);
    expect(answer).toEqual({ held: { reason: 'StartGate', message: 'waits', seatsGeneration: 7 } });
  });

  it('tells that the gateway was let through', async () => {
    expect(await ask(sends('{"sessions":3,"transit":0,"held":null}'))).toEqual({ held: null });
  });

  it.each([
    { name: 'is no JSON', answer: sends('held') },
    { name: 'says nothing of being held', answer: sends('{"sessions":0}') },
    {
      name: 'has a generation that is no number',
      answer: sends('{"held":{"reason":"a","message":"b","seatsGeneration":"7"}}'),
    },
    { name: 'is an error', answer: sends('{"held":null}', 503) },
    { name: 'is far too long', answer: sends(`{"held":null,"more":"${'x'.repeat(100_000)}"}`) },
    {
      name: 'does not come in time',
      answer: (
        (): RequestListener => () =>
          undefined
      )(),
    },
    {
      name: 'breaks off',
      answer: (
        (): RequestListener => (_request, response) =>
          response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy())
      )(),
    },
  ])('knows nothing when the answer $name', async ({ answer }) => {
    expect(await ask(answer)).toBeUndefined();
  });

  it('knows nothing when nobody listens', async () => {
    const port = await sidecar(sends(''));
    const [server] = servers.splice(0);
    server?.close();

    expect(await askAt('127.0.0.1', port, never)).toBeUndefined();
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const port = await sidecar(() => stop.abort());

    expect(await askAt('127.0.0.1', port, stop.signal)).toBeUndefined();
  });
});

describe('withAnswers', () => {
  it('gives each pod the answer of its own sidecar', () => {
    const observation = poolOf({ max: 2, running: [0, 1] });
    const [first, second] = observation.slots.flatMap(({ pods }) => pods.map(({ uid }) => uid));

    const answered = withAnswers(observation, new Map([[second ?? '', { held: null }]]));

    expect(answered.slots.flatMap(({ pods }) => pods.map(({ uid, answer }) => [uid, answer]))).toEqual([
      [first, undefined],
      [second, { held: null }],
    ]);
  });
});
