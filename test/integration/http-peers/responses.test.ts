import { afterEach, describe, expect, it } from '@jest/globals';
import { closeServers } from '../../balancer/loopback-servers.ts';
import { until } from '../../cluster/until.ts';
import { startLanes } from './balancer-lanes.ts';
import { type Answer, sendBytes } from './byte-client.ts';
import { malformedResponses } from './corpus/malformed-responses.ts';
import { get, post } from './corpus/messages.ts';
import { type ScriptedBackend, startScripted } from './scripted-backend.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await closeServers();
});

type Script = Parameters<typeof startScripted>[0];

/** A balancer before this backend; no request is tried twice. */
async function before(script: Script): Promise<{ backend: ScriptedBackend; send: (bytes: string) => Promise<Answer> }> {
  const backend = await startScripted(script);
  const lanes = await startLanes([backend.port], { retries: { attempts: 1, budgetPercent: 0, budgetMinimum: 0 } });
  cleanups.push(() => lanes.stop());
  const [port = 0] = lanes.ports;
  return { backend, send: (bytes) => sendBytes({ port, parts: [bytes], quietMilliseconds: 300 }) };
}

const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('a malformed response', () => {
  it('becomes 502, whatever is wrong with it, and its connection is not used again', async () => {
    const { backend, send } = await before((head) => malformedResponses[Number(/\?(\d+)/.exec(head)?.[1])]?.bytes);

    const answers: object[] = [];
    for (const [index, { name, section }] of malformedResponses.entries()) {
      const { statuses, ended } = await send(get().replace('/a', `/a?${index}`));
      answers.push({ name, section, statuses, ended });
    }

    expect(answers).toEqual(
      malformedResponses.map(({ name, section }) => ({ name, section, statuses: [502], ended: true })),
    );
    expect(backend.connections).toHaveLength(malformedResponses.length);
    await until('the end of all connections', 2000, () => backend.connections.every(({ destroyed }) => destroyed));
  }, 60_000);

  it.each([
    { name: 'a bad chunk behind a good one', body: '2\r\nok\r\nxyz\r\n' },
    { name: 'data that is longer than its chunk', body: '2\r\nokay\r\n0\r\n\r\n' },
    { name: 'an extension', body: '2\r\nok\r\n2;a=b\r\nok\r\n0\r\n\r\n' },
  ])('never looks whole to the client when its head was out: $name', async ({ body }) => {
    const { send } = await before((_head, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      setTimeout(() => socket.write(body), 50);
      return undefined;
    });

    const answer = await send(get());

    expect(answer.ended).toBe(true);
    expect(answer.text).not.toContain('0\r\n\r\n');
  });
});

describe('bytes behind a complete response (RFC 9112 §9.2)', () => {
  const poison = ok('poison');

  it.each([
    { name: 'in the same write', late: false },
    { name: 'later, on the idle connection', late: true },
  ])('$name: the next request gets its own answer on another connection', async ({ late }) => {
    let count = 0;
    const { backend, send } = await before((_head, socket) => {
      count += 1;
      if (count > 1) return ok('own');
      if (late) setTimeout(() => socket.write(poison), 50);
      return late ? ok('first') : ok('first') + poison;
    });

    const first = await send(get());
    const second = await send(get());

    expect(first.text).toMatch(/first$/);
    expect(second.text).toMatch(/own$/);
    expect(first.text + second.text).not.toContain('poison');
    expect(backend.connections).toHaveLength(2);
    await until('the end of the poisoned connection', 2000, () => backend.connections[0]?.destroyed);
  });

  it.each([
    { name: 'a body behind the answer to HEAD', request: get().replace('GET', 'HEAD'), bytes: ok('x') },
    { name: 'a body behind 204', request: get(), bytes: 'HTTP/1.1 204 No Content\r\n\r\nx' },
    { name: 'a body behind 304', request: get(), bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\nx' },
    { name: 'more than Content-Length says', request: get(), bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nx' },
    {
      name: 'more than the last chunk',
      request: get(),
      bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx',
    },
  ])('$name: not passed on, and the connection is not used again', async ({ request, bytes }) => {
    let count = 0;
    const { backend, send } = await before(() => (count++ === 0 ? bytes : ok('own')));

    const first = await send(request);
    const second = await send(get());

    expect(first.text).toMatch(/\r\n\r\n(0\r\n\r\n)?$/);
    expect(second.text).toMatch(/own$/);
    expect(backend.connections).toHaveLength(2);
  });

  it('an answer that comes before the whole request leaves no half request on a used connection', async () => {
    const { backend, send } = await before(() => ok('early'));

    const first = await send(`${post('Content-Length: 100')}half`);
    const second = await send(get());

    expect(first.text).toMatch(/\r\nConnection: close\r\n[^]*\r\n\r\nearly$/);
    expect(second.text).toMatch(/early$/);
    expect(backend.connections).toHaveLength(2);
    expect(backend.heads.map((head) => head.split(' ')[0])).toEqual(['POST', 'GET']);
  });
});
