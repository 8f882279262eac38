import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AdminServer } from '../../../src/balancer/admin/admin.ts';
import { startAdmin } from '../../../src/balancer/admin/start-admin.ts';
import { soon } from '../../kube/soon.ts';
import { rawClient } from '../raw-socket.ts';

let admin: AdminServer;
let ready = true;
/** Questions at /drained that wait. */
let waiting: { readonly gone: AbortSignal; readonly answer: () => void }[] = [];

beforeEach(async () => {
  ready = true;
  waiting = [];
  admin = await startAdmin({
    address: '127.0.0.1',
    port: 0,
    probes: {
      started: () => ({ ok: true, message: 'Started.' }),
      ready: () => ({ ok: ready, message: ready ? 'Ready.' : 'Waits for a seat.' }),
      live: () => ({ ok: true, message: 'Live.' }),
    },
    sessions: () => Promise.resolve({ sessions: 3 }),
    drained: (gone) =>
      new Promise((resolve) => {
        waiting.push({ gone, answer: resolve });
        gone.addEventListener('abort', () => resolve());
      }),
    metrics: () => 'up 1\n',
  });
});
afterEach(() => admin.close());

const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${admin.port}${path}`, { method });

describe('the admin server', () => {
  it.each([
    { path: '/started', type: 'text/plain; charset=utf-8', body: 'Started.\n' },
    { path: '/ready', type: 'text/plain; charset=utf-8', body: 'Ready.\n' },
    { path: '/live', type: 'text/plain; charset=utf-8', body: 'Live.\n' },
    { path: '/sessions', type: 'application/json', body: '{"sessions":3}\n' },
    { path: '/metrics?x=1', type: 'text/plain; version=0.0.4; charset=utf-8', body: 'up 1\n' },
  ])('answers $path', async ({ path, type, body }) => {
    const response = await ask(path);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(body);
  });

  it('answers 503 with the reason when a probe fails', async () => {
    ready = false;

    const response = await ask('/ready');

    expect(response.status).toBe(503);
    expect(await response.text()).toBe('Waits for a seat.\n');
  });

  it('answers HEAD without a body', async () => {
    const response = await ask('/sessions', 'HEAD');

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it.each(['/', '/drain', '/sessions/', '/toString', '/__proto__'])('knows no %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE'])('takes no %s: nothing can be commanded', async (method) => {
    const response = await ask('/sessions', method);

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it('holds /drained until the gateway may be stopped', async () => {
    const client = rawClient(admin.port);
    client.send('GET /drained HTTP/1.1\r\nHost: a\r\n\r\n');
    const question = await soon('the question', () => waiting[0]);
    const before = client.text;

    question.answer();

    expect(await client.ends()).toMatch(/^HTTP\/1\.1 200 [^]*may be stopped/);
    expect(before).toBe('');
    client.destroy();
  });

  it('answers all who ask at /drained, such as a kubelet before and after its own restart', async () => {
    const asked = [ask('/drained'), ask('/drained')];
    await soon('both questions', () => waiting.length === 2);

    for (const { answer } of waiting) answer();

    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('gives no answer to who does not wait for it: nobody may take it for a yes', async () => {
    const client = rawClient(admin.port);
    client.send('GET /drained HTTP/1.1\r\nHost: a\r\n\r\n');
    const { gone } = await soon('the question', () => waiting[0]);

    client.socket.end();

    expect(await client.ends()).toBe('');
    expect(gone.aborted).toBe(true);
    client.destroy();
  });

  it('answers the newest when many are connected and say nothing', async () => {
    const silent = Array.from({ length: 80 }, () => rawClient(admin.port));
    await soon('the connections', () => silent.every(({ socket }) => !socket.connecting));

    const response = await ask('/live');

    expect(response.status).toBe(200);
    await soon('the oldest to be dropped', () => silent[0]?.closed === true);
    for (const { socket } of silent) socket.destroy();
  });

  it('keeps who waits at /drained, whoever else connects', async () => {
    const patient = ask('/drained');
    const { gone, answer } = await soon('the question', () => waiting[0]);
    const silent = Array.from({ length: 80 }, () => rawClient(admin.port));
    await soon('the oldest to be dropped', () => silent[0]?.closed === true);
    const dropped = gone.aborted;

    answer();

    expect((await patient).status).toBe(200);
    expect(dropped).toBe(false);
    for (const { socket } of silent) socket.destroy();
  });

  it('outlives what is no HTTP', async () => {
    const client = rawClient(admin.port);
    client.send('\x16\x03\x01\x00\r\n\r\n');
    expect(await client.ends()).toMatch(/^HTTP\/1\.1 400 /);
    client.destroy();

    expect((await ask('/live')).status).toBe(200);
  });

  it('says which port is taken', async () => {
    const taken = { address: '127.0.0.1', port: admin.port };
    const probe = () => ({ ok: true, message: '' });
    const probes = { started: probe, ready: probe, live: probe };

    await expect(startAdmin({ ...taken, probes, sessions: () => ({}), metrics: () => '' })).rejects.toThrow(
      'EADDRINUSE',
    );
  });
});
