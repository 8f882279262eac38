import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BalancerConfig } from '../../src/balancer/config/schema.ts';
import { createDataPlane } from '../../src/balancer/create-data-plane.ts';
import type { DataPlane } from '../../src/balancer/data-plane.ts';
import { createMetrics } from '../../src/balancer/metrics/text-metrics.ts';
import { workerThreads } from '../../src/balancer/threads/start-thread.ts';
import { createThreadedDataPlane } from '../../src/balancer/threads/threaded-data-plane.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { until } from '../cluster/until.ts';
import { memoryLogger } from '../kube/memory-logger.ts';
import { soon } from '../kube/soon.ts';
import { rawClient, rawServer, type RawServer, type RawSocket } from './raw-socket.ts';
import { backendAt, freePort } from './rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const program = join(import.meta.dirname, '..', '..', 'src', 'balancer', 'main.ts');

function planeOn(threads: number): DataPlane {
  const { logger } = memoryLogger();
  const options = { clock: systemClock, random: () => 0, logger, metrics: createMetrics() };
  return threads === 1
    ? createDataPlane(options)
    : createThreadedDataPlane({ ...options, threads, start: workerThreads(program) });
}

async function planeWithBackend(threads: number): Promise<{ plane: DataPlane; backend: RawServer }> {
  const plane = planeOn(threads);
  const backend = await rawServer((socket) => socket.send('hello'));
  plane.setBackends([backendAt('prod-0', backend.port)]);
  cleanups.push(
    () => backend.close(),
    () => plane.close(AbortSignal.abort()),
  );
  return { plane, backend };
}

const tcpOn = (...ports: number[]) =>
  BalancerConfig.parse({
    listeners: ports.map((port) => ({ name: `tcp-${port}`, protocol: 'TCP', address: '127.0.0.1', port })),
  });

function clientOf(port: number): RawSocket {
  const client = rawClient(port);
  cleanups.push(() => client.destroy());
  return client;
}

describe.each([1, 2])('setConfig, with %i thread(s)', (threads) => {
  it('opens and closes listeners, and cuts no session of either', async () => {
    const { plane } = await planeWithBackend(threads);
    const [kept, removed, added] = [await freePort(), await freePort(), await freePort()];
    await plane.setConfig(tcpOn(kept, removed));
    const onKept = clientOf(kept);
    const onRemoved = clientOf(removed);
    await Promise.all([onKept.receives('hello'), onRemoved.receives('hello')]);

    await plane.setConfig(tcpOn(kept, added));

    await clientOf(added).receives('hello');
    const refused = clientOf(removed);
    await refused.closes();
    expect(refused.error).toBe('ECONNREFUSED');
    expect([onKept.closed, onRemoved.closed, onKept.ended, onRemoved.ended]).toEqual([false, false, false, false]);
    expect(plane.sessions().sessions).toBe(3);
  });

  it('opens what it can and names what it cannot; the next call tries again', async () => {
    const { plane, backend } = await planeWithBackend(threads);
    const port = await freePort();
    const taken = await rawServer();
    cleanups.push(() => taken.close());

    const outcome = plane.setConfig(tcpOn(taken.port, port));

    await expect(outcome).rejects.toThrow(
      `Listener tcp-${taken.port} could not listen on 127.0.0.1 port ${taken.port}: EADDRINUSE`,
    );
    await clientOf(port).receives('hello');
    await taken.close();
    await plane.setConfig(tcpOn(taken.port, port));
    await clientOf(taken.port).receives('hello');
    expect(backend.connections).toHaveLength(2);
  });

  it('changes the protocol of a port', async () => {
    const { plane } = await planeWithBackend(threads);
    const port = await freePort();
    await plane.setConfig(tcpOn(port));
    const http = { name: 'http', protocol: 'HTTP' as const, address: '127.0.0.1', port };

    await plane.setConfig(BalancerConfig.parse({ listeners: [http] }));

    const client = clientOf(port);
    client.send('nonsense\r\n');
    expect(await client.ends()).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe.each([1, 2])('close, with %i thread(s)', (threads) => {
  it('takes no new connection and waits for the last session', async () => {
    const { plane } = await planeWithBackend(threads);
    const port = await freePort();
    await plane.setConfig(tcpOn(port));
    const client = clientOf(port);
    await client.receives('hello');
    let closed = false;

    const closing = plane.close().then(() => {
      closed = true;
    });
    await until('a refused connection', 5000, async () => {
      const late = clientOf(port);
      await Promise.race([late.receives('hello'), late.closes()]);
      late.destroy();
      return late.error === 'ECONNREFUSED';
    });

    expect(closed).toBe(false);
    client.socket.resetAndDestroy();
    await closing;
  });

  it('cuts what is left when it is told to', async () => {
    const { plane, backend } = await planeWithBackend(threads);
    const port = await freePort();
    await plane.setConfig(tcpOn(port));
    const client = clientOf(port);
    await client.receives('hello');
    const cut = new AbortController();
    const closing = plane.close(cut.signal);

    cut.abort();
    await closing;

    await client.ends();
    await (await backend.connection(0)).ends();
    expect(plane.sessions().sessions).toBe(0);
  });

  it('tells WebSockets that they are cut, and is over as soon as they are', async () => {
    const { plane } = await planeWithBackend(threads);
    const backend = await rawServer((socket) =>
      socket.send('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    cleanups.push(() => backend.close());
    plane.setBackends([backendAt('prod-0', backend.port)]);
    const port = await freePort();
    const listener = { name: 'http', protocol: 'HTTP' as const, address: '127.0.0.1', port };
    await plane.setConfig(BalancerConfig.parse({ listeners: [listener], healthCheck: { mode: 'Passive' } }));
    const client = clientOf(port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    await client.receives('101 Switching');
    const cut = new AbortController();
    const closing = plane.close(cut.signal);

    cut.abort();
    // 1001, in a Close frame: RFC 6455 §5.5.1.
    expect(await client.ends()).toContain('\x03\xe9');
    client.socket.end();

    await closing;
  });

  it('lets HTTP clients finish: the response in flight says that it is the last, idle connections end', async () => {
    const { plane } = await planeWithBackend(threads);
    const backend = await rawServer();
    cleanups.push(() => backend.close());
    plane.setBackends([backendAt('prod-0', backend.port)]);
    const port = await freePort();
    const listener = { name: 'http', protocol: 'HTTP' as const, address: '127.0.0.1', port };
    await plane.setConfig(BalancerConfig.parse({ listeners: [listener], healthCheck: { mode: 'Passive' } }));
    const busy = clientOf(port);
    const idle = clientOf(port);
    busy.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const upstream = await backend.connection(0);
    await soon('two connections', () => idle.socket.readyState === 'open');

    const closing = plane.close();
    await idle.ends();
    upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

    expect(await busy.ends()).toMatch(/Connection: close\r\n[^]*\r\n\r\nok$/);
    idle.destroy();
    busy.destroy();
    await closing;
  });
});
