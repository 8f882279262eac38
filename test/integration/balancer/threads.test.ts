import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { rawClient, type RawSocket } from '../../balancer/raw-socket.ts';
import { until } from '../../cluster/until.ts';
import { keepGetting } from './load.ts';
import {
  backendsOf,
  type BalancerProcess,
  type GatewayProcess,
  runBalancer,
  startBalancer,
  startGateway,
} from './programs.ts';

const limitMilliseconds = 60_000;
const threads = 3;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function poolOf(count: number): Promise<{ gateways: GatewayProcess[]; balancer: BalancerProcess }> {
  const gateways = await Promise.all(Array.from({ length: count }, (_, index) => startGateway(`prod-${index}`)));
  for (const gateway of gateways) cleanups.push(() => gateway.remove());
  const balancer = await startBalancer({
    backends: backendsOf(gateways),
    settings: { slowStartSeconds: 0, threads },
  });
  cleanups.push(() => balancer.remove());
  return { gateways, balancer };
}

async function session(balancer: BalancerProcess): Promise<{ client: RawSocket; name: string }> {
  const client = rawClient(balancer.tcpPort);
  cleanups.push(() => client.destroy());
  return { client, name: (await client.receives('\n')).trim() };
}

async function ask(balancer: BalancerProcess, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${balancer.adminPort}${path}`);
  return response.text();
}

const total = ({ answers }: { answers: Map<string, number> }) => [...answers.values()].reduce((sum, n) => sum + n, 0);

describe('the balancer as a process with several threads', () => {
  it(
    'sends sessions to 0, 1, 2, 0, 1, 2 in order, and reports all of them',
    async () => {
      const { balancer } = await poolOf(3);

      const names: string[] = [];
      for (let count = 0; count < 30; count += 1) names.push((await session(balancer)).name);

      const start = Number(names[0]?.slice('prod-'.length));
      expect(names).toEqual(names.map((_, index) => `prod-${(start + index) % 3}`));
      expect(JSON.parse(await ask(balancer, '/sessions'))).toMatchObject({
        sessions: 30,
        backends: { 'prod-0': 10, 'prod-1': 10, 'prod-2': 10 },
      });
      const metrics = await ask(balancer, '/metrics');
      expect(metrics).toContain('gatewaypool_balancer_connections_total{listener="tcp"} 30\n');
      expect(metrics).toContain(`gatewaypool_balancer_threads ${threads}\n`);
      expect(readdirSync(`/proc/${balancer.pid}/task`).length).toBeGreaterThan(threads);
    },
    limitMilliseconds,
  );

  it(
    'loses no GET when a gateway is killed under load, when the file takes one out and when it brings it back',
    async () => {
      const { gateways, balancer } = await poolOf(3);
      const load = keepGetting(balancer.httpPort, 24);
      cleanups.push(() => load.stop());
      const more = async (count: number) => {
        const before = total(load);
        await until(`${count} more answers`, 20_000, () => total(load) >= before + count);
      };
      await more(500);

      await gateways[1]?.remove();
      await more(500);
      const config: { backends: { name: string }[] } = parse(balancer.text);
      await balancer.rewrite(
        stringify({ ...config, backends: config.backends.filter(({ name }) => name !== 'prod-2') }),
      );
      await balancer.logged('Applied the configuration', 2);
      const out = load.answers.get('prod-2') ?? 0;
      await more(500);
      // What was on its way there when the file changed.
      expect((load.answers.get('prod-2') ?? 0) - out).toBeLessThanOrEqual(24);
      await balancer.rewrite(balancer.text);
      await balancer.logged('Applied the configuration', 3);
      const back = load.answers.get('prod-2') ?? 0;
      await until('the gateway is back', 20_000, () => (load.answers.get('prod-2') ?? 0) > back + 100);
      await load.stop();

      expect(load.failures).toEqual([]);
    },
    limitMilliseconds,
  );

  it(
    'ends when the last session of all threads has ended; what comes meanwhile is refused',
    async () => {
      const { balancer } = await poolOf(2);
      const sessions = [];
      for (let count = 0; count < 8; count += 1) sessions.push(await session(balancer));

      balancer.signal('SIGTERM');
      await balancer.logged('Stopped to accept');
      await until('a refused connection', 10_000, async () => {
        const late = rawClient(balancer.tcpPort);
        await Promise.race([late.closes(), late.receives('\n')]);
        late.destroy();
        return late.error === 'ECONNREFUSED';
      });
      for (const { client, name } of sessions) {
        client.send('still here');
        expect(await client.receives('still here')).toBe(`${name}\nstill here`);
      }
      for (const { client } of sessions) client.socket.resetAndDestroy();

      expect(await balancer.ended).toBe(0);
    },
    limitMilliseconds,
  );

  it(
    'refuses to start beside a balancer that has its port, as one with one thread does',
    async () => {
      const { balancer } = await poolOf(1);

      const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-balancer-'));
      cleanups.push(() => rm(folder, { recursive: true }));
      const path = join(folder, 'balancer.yaml');
      await writeFile(path, balancer.text.replace(/^admin:\n.*\n/m, ''));
      const second = runBalancer(['--config', path]);
      cleanups.push(() => void second.child.kill('SIGKILL'));
      await once(second.child, 'exit');

      expect(second.errors()).toContain(`port ${balancer.httpPort}: EADDRINUSE`);
      expect(second.child.exitCode).toBe(1);
    },
    limitMilliseconds,
  );
});
