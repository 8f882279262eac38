import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AskSidecar } from '../../../src/operator/observe/ask-sidecars.ts';
import { answersOf, askAt, withAnswers } from '../../../src/operator/observe/ask-sidecars.ts';
import type { PodAnswer } from '../../../src/operator/plan/observation.ts';
import { answerOf, poolOf } from '../plan/pool-of.ts';

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
    expect(answer?.held).toEqual({ reason: 'StartGate', message: 'waits', seatsGeneration: 7 });
  });

  const full = {
    held: null,
    sessions: 3,
    transit: 1,
    backends: { 'prod-0': 3, 'prod-1': 1 },
    draining: true,
    ending: false,
    drain: { cause: 'Ordered', deadlineReached: true, remainingSeconds: 0 },
    knownDrains: ['uid-1'],
    drainsGeneration: 7,
    busyPeers: ['192.0.2.7:443'],
  };

  it('tells the sessions, and what the sidecar knows of drains', async () => {
    expect(await ask(sends(JSON.stringify(full)))).toEqual({
      held: null,
      sessions: 3,
      transit: 1,
      backends: { 'prod-0': 3, 'prod-1': 1 },
      drain: { deadlineReached: true },
      knownDrains: ['uid-1'],
      drainsGeneration: 7,
      busyPeers: ['192.0.2.7:443'],
    });
  });

  it.each([
    { name: 'says that it does not know the sessions', change: { sessions: null }, expected: { sessions: undefined } },
    { name: 'does not drain', change: { drain: null }, expected: { drain: null, sessions: 3 } },
    {
      name: 'has many peers to name',
      change: { busyPeers: Array.from({ length: 11 }, (_, index) => `192.0.2.${index}:443`) },
      expected: { busyPeers: Array.from({ length: 10 }, (_, index) => `192.0.2.${index}:443`) },
    },
  ])('understands a sidecar that $name', async ({ change, expected }) => {
    expect(await ask(sends(JSON.stringify({ ...full, ...change })))).toMatchObject(expected);
  });

  it('takes nothing for known that a sidecar of an older release does not count', async () => {
    const older = { sessions: 0, transit: 2, draining: false, held: null, backends: { 'prod-0': 5 } };

    expect(await ask(sends(JSON.stringify(older)))).toEqual({
      held: null,
      sessions: undefined,
      transit: 2,
      backends: { 'prod-0': 5 },
      drain: null,
      knownDrains: [],
      drainsGeneration: undefined,
      busyPeers: [],
    });
  });

  it('tells that the gateway was let through', async () => {
    expect(await ask(sends('{"sessions":3,"transit":0,"backends":{},"held":null}'))).toMatchObject({ held: null });
  });

  it.each([
    { name: 'is no JSON', answer: sends('held') },
    { name: 'says nothing of being held', answer: sends('{"sessions":0,"transit":0,"backends":{}}') },
    { name: 'counts backwards', answer: sends(JSON.stringify({ ...full, transit: -1 })) },
    { name: 'counts in halves', answer: sends(JSON.stringify({ ...full, backends: { 'prod-0': 0.5 } })) },
    {
      name: 'has a generation that is no number',
      answer: sends(JSON.stringify({ ...full, held: { reason: 'a', message: 'b', seatsGeneration: '7' } })),
    },
    { name: 'is an error', answer: sends(JSON.stringify(full), 503) },
    { name: 'is far too long', answer: sends(JSON.stringify({ ...full, more: 'x'.repeat(100_000) })) },
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

describe('answersOf', () => {
  const pods = [
    { uid: 'a', address: '192.0.2.1' },
    { uid: 'b', address: undefined },
    { uid: 'c', address: '192.0.2.3' },
    { uid: 'd', address: '192.0.2.4' },
  ];

  it('asks all that have an address at once, and leaves out who does not answer', async () => {
    const waiting: (() => void)[] = [];
    const asking: AskSidecar = async (address) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 3) for (const go of waiting) go();
      });
      return address === '192.0.2.3' ? undefined : answerOf({ transit: Number(address.slice(-1)) });
    };

    const answers = await answersOf(pods, ({ address }) => address, asking, never);

    expect([...answers].map(([uid, { transit }]) => [uid, transit])).toEqual([
      ['a', 1],
      ['d', 4],
    ]);
  });
});

describe('withAnswers', () => {
  it('gives each pod the answer of its own sidecar', () => {
    const observation = poolOf({ max: 2, running: [0, 1] });
    const [first, second] = observation.slots.flatMap(({ pods }) => pods.map(({ uid }) => uid));

    const answered = withAnswers(observation, new Map([[second ?? '', answerOf()]]));

    expect(answered.slots.flatMap(({ pods }) => pods.map(({ uid, answer }) => [uid, answer]))).toEqual([
      [first, undefined],
      [second, answerOf()],
    ]);
  });
});
