import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { type Check, type HealthServer, startHealthServer } from '../../../src/kube/health/server.ts';
import { type LogLine, memoryLogger } from '../memory-logger.ts';

describe('the health server', () => {
  const servers: HealthServer[] = [];

  const start = async (
    options: { live?: Record<string, Check>; ready?: Record<string, Check>; registry?: Registry } = {},
  ): Promise<{ url: string; server: HealthServer; lines: LogLine[] }> => {
    const { logger, lines } = memoryLogger();
    const server = await startHealthServer({
      port: 0,
      address: '127.0.0.1',
      registry: options.registry ?? new Registry(),
      live: options.live ?? {},
      ready: options.ready ?? {},
      logger,
    });
    servers.push(server);
    return { url: `http://127.0.0.1:${server.port}`, server, lines };
  };

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('serves the metrics in the format that Prometheus reads', async () => {
    const registry = new Registry();
    new Counter({ name: 'starts_total', help: 'Starts', registers: [registry] }).inc(3);
    const { url } = await start({ registry });

    const response = await fetch(`${url}/metrics`);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain('starts_total 3\n');
  });

  it.each([
    { path: '/healthz', problem: undefined, status: 200, body: '[+]loop ok\nok\n' },
    { path: '/healthz', problem: 'has not run for 90 s', status: 503, body: '[-]loop: has not run for 90 s\nnot ok\n' },
    { path: '/readyz', problem: undefined, status: 200, body: '[+]cache ok\nok\n' },
    { path: '/readyz?verbose', problem: 'not filled yet', status: 503, body: '[-]cache: not filled yet\nnot ok\n' },
  ])('answers $path with $status when the check says: $problem', async ({ path, problem, status, body }) => {
    const failing = path.startsWith('/healthz')
      ? { live: { loop: () => problem } }
      : { ready: { cache: () => problem } };
    const { url } = await start(failing);

    const response = await fetch(`${url}${path}`);

    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
  });

  it('asks its checks at every request', async () => {
    let problem: string | undefined = 'not filled yet';
    const { url } = await start({ ready: { cache: () => problem } });

    const before = (await fetch(`${url}/readyz`)).status;
    problem = undefined;
    const after = (await fetch(`${url}/readyz`)).status;

    expect([before, after]).toEqual([503, 200]);
  });

  it.each([
    { method: 'GET', path: '/', status: 404 },
    { method: 'GET', path: '/metrics/x', status: 404 },
    { method: 'POST', path: '/metrics', status: 405 },
    { method: 'DELETE', path: '/healthz', status: 405 },
    { method: 'HEAD', path: '/readyz', status: 200 },
  ])('answers $method $path with $status', async ({ method, path, status }) => {
    const { url } = await start();

    const response = await fetch(`${url}${path}`, { method });

    expect(response.status).toBe(status);
  });

  it('answers 500 and goes on when a check throws', async () => {
    const { url, lines } = await start({
      ready: {
        cache: () => {
          throw new Error('index out of date');
        },
      },
    });

    const statuses = [(await fetch(`${url}/readyz`)).status, (await fetch(`${url}/healthz`)).status];

    expect(statuses).toEqual([500, 200]);
    expect(lines.at(-1)).toMatchObject({ path: '/readyz', err: { message: 'index out of date' } });
  });

  it('closes although a client keeps its connection open', async () => {
    const { server } = await start();
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    idle.on('error', () => {});
    const ended = once(idle, 'close');

    await Promise.all(servers.splice(0).map((one) => one.close()));

    await expect(ended).resolves.toBeDefined();
  });

  it('says so when its port is taken', async () => {
    const { server } = await start();

    const second = startHealthServer({
      port: server.port,
      address: '127.0.0.1',
      registry: new Registry(),
      live: {},
      ready: {},
      logger: memoryLogger().logger,
    });

    await expect(second).rejects.toThrow('EADDRINUSE');
  });
});
