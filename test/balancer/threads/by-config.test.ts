import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import type { DataPlane } from '../../../src/balancer/data-plane.ts';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';
import { createDataPlaneByConfig } from '../../../src/balancer/threads/by-config.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { type LogLine, memoryLogger } from '../../kube/memory-logger.ts';
import { rawClient, rawServer } from '../raw-socket.ts';
import { backendAt, freePort } from '../rig.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'balancer', 'main.ts');

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function planeFor(program?: string, decided?: number): { plane: DataPlane; lines: LogLine[] } {
  const { logger, lines } = memoryLogger();
  const options = { clock: systemClock, random: () => 0, logger, metrics: createMetrics() };
  const plane = createDataPlaneByConfig(options, program, decided);
  cleanups.push(() => plane.close(AbortSignal.abort()));
  return { plane, lines };
}

async function configOf(threads: number): Promise<{ config: BalancerConfig; port: number }> {
  const port = await freePort();
  const listeners = [{ name: 'tcp', protocol: 'TCP' as const, address: '127.0.0.1', port }];
  return { config: BalancerConfig.parse({ listeners, threads }), port };
}

const threadsIn = async (plane: DataPlane) => /^gatewaypool_balancer_threads (\d+)$/m.exec(await plane.scrape())?.[1];

describe('createDataPlaneByConfig', () => {
  it.each([
    { name: 'starts no thread for one', threads: 1, program: main, running: undefined },
    { name: 'starts as many threads as it is told first', threads: 3, program: main, running: '3' },
    { name: 'has one thread when it does not know its program', threads: 3, program: undefined, running: undefined },
  ])('$name, and knows what it was told before', async ({ threads, program, running }) => {
    const { plane } = planeFor(program);
    const backend = await rawServer((socket) => socket.send('hello'));
    cleanups.push(() => backend.close());
    const { config, port } = await configOf(threads);

    plane.setBackends([backendAt('prod-0', backend.port)]);
    await plane.setConfig(config);

    const client = rawClient(port);
    cleanups.push(() => client.destroy());
    await client.receives('hello');
    expect(plane.sessions().backends).toEqual({ 'prod-0': 1 });
    expect(await threadsIn(plane)).toBe(running);
  });

  it('obeys who has decided, not the configuration', async () => {
    const { plane, lines } = planeFor(main, 2);
    const { config } = await configOf(1);

    await plane.setConfig(config);
    await plane.setConfig({ ...config, threads: 3 });

    expect(await threadsIn(plane)).toBe('2');
    expect(lines).toEqual([]);
  });

  it('says once that another number counts from the next start, and takes the rest', async () => {
    const { plane, lines } = planeFor(main);
    const { config } = await configOf(1);
    await plane.setConfig(config);

    await plane.setConfig({ ...config, threads: 2, slowStartSeconds: 3 });
    await plane.setConfig({ ...config, threads: 2, slowStartSeconds: 4 });

    expect(lines.filter(({ msg }) => msg === 'Another number of threads counts from the next start')).toEqual([
      expect.objectContaining({ threads: 2, running: 1 }),
    ]);
    expect(await threadsIn(plane)).toBeUndefined();
  });

  it('has nothing, and ends, before there is a configuration', async () => {
    const { plane } = planeFor(main);

    expect([plane.sessions().sessions, plane.waitingClients(), plane.cut().sessions]).toEqual([0, 0, 0]);
    await plane.close();
    const { config, port } = await configOf(1);
    await plane.setConfig(config);
    const client = rawClient(port);
    await client.closes();
    expect(client.error).toBe('ECONNREFUSED');
  });
});
