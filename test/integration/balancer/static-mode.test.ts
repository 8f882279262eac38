import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { SessionCounts } from '../../../src/balancer/sessions/session-counts.ts';
import { rawClient, type RawSocket } from '../../balancer/raw-socket.ts';
import { until } from '../../cluster/until.ts';
import { keepGetting, type Load } from './load.ts';
import {
  backendsOf,
  type BalancerProcess,
  type GatewayProcess,
  runBalancer,
  startBalancer,
  startGateway,
} from './programs.ts';

const limitMilliseconds = 60_000;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function poolOf(
  count: number,
  settings: Record<string, unknown> = {},
): Promise<{ gateways: GatewayProcess[]; balancer: BalancerProcess }> {
  const gateways = await Promise.all(Array.from({ length: count }, (_, index) => startGateway(`prod-${index}`)));
  for (const gateway of gateways) cleanups.push(() => gateway.remove());
  const balancer = await startBalancer({
    backends: backendsOf(gateways),
    settings: { slowStartSeconds: 0, ...settings },
  });
  cleanups.push(() => balancer.remove());
  return { gateways, balancer };
}

function loadOf(balancer: BalancerProcess, clients: number): Load {
  const load = keepGetting(balancer.httpPort, clients);
  cleanups.push(() => load.stop());
  return load;
}

async function session(balancer: BalancerProcess): Promise<{ client: RawSocket; name: string }> {
  const client = rawClient(balancer.tcpPort);
  cleanups.push(() => client.destroy());
  return { client, name: (await client.receives('\n')).trim() };
}

async function sessionsOf(balancer: BalancerProcess): Promise<SessionCounts> {
  const response = await fetch(`http://127.0.0.1:${balancer.adminPort}/sessions`);
  return JSON.parse(await response.text());
}

const total = (load: Load) => [...load.answers.values()].reduce((sum, count) => sum + count, 0);
const moreThan = (load: Load, count: number) => until(`${count} more answers`, 20_000, () => total(load) > count);

/** Waits for so many answers from each of these. */
const answersFrom = (load: Load, names: readonly string[], count: number) =>
  until(`${count} answers from each of ${names.join(', ')}`, 20_000, () => {
    return names.every((name) => (load.answers.get(name) ?? 0) >= count);
  });

describe('the balancer as a process, before real gateway processes', () => {
  it(
    'sends sessions to 0, 1, 2, 0, 1, 2 in order, from wherever it begins',
    async () => {
      const { balancer } = await poolOf(3);

      const names: string[] = [];
      for (let count = 0; count < 9; count += 1) names.push((await session(balancer)).name);

      const start = Number(names[0]?.slice('prod-'.length));
      expect(names).toEqual(names.map((_, index) => `prod-${(start + index) % 3}`));
      expect(await sessionsOf(balancer)).toEqual({
        sessions: 9,
        transit: 0,
        backends: { 'prod-0': 3, 'prod-1': 3, 'prod-2': 3 },
        draining: false,
        held: null,
      });
    },
    limitMilliseconds,
  );

  it(
    'loses no GET when a gateway process is killed under load and comes back; sessions on others live on',
    async () => {
      const { gateways, balancer } = await poolOf(3);
      const sessions = await Promise.all([session(balancer), session(balancer), session(balancer)]);
      const load = loadOf(balancer, 32);
      await answersFrom(load, ['prod-0', 'prod-1', 'prod-2'], 50);
      const victim = gateways[1];
      if (victim === undefined) throw new Error('there are three');

      victim.signal('SIGKILL');
      await victim.remove();
      const atKill = total(load);
      await moreThan(load, atKill + 500);
      const again = await startGateway(victim.name, victim);
      cleanups.push(() => again.remove());
      const before = load.answers.get(victim.name) ?? 0;
      await answersFrom(load, [victim.name], before + 50);
      await load.stop();

      expect(load.failures).toEqual([]);
      for (const { client, name } of sessions) {
        if (name === victim.name) continue;
        client.send('still here');
        await client.receives('still here');
      }
    },
    limitMilliseconds,
  );

  it(
    'moves waiting GETs away from a gateway that hangs within 2.5 s, without a failure',
    async () => {
      const { gateways, balancer } = await poolOf(3);
      const load = loadOf(balancer, 16);
      await answersFrom(load, ['prod-0', 'prod-1', 'prod-2'], 50);
      const victim = gateways[2];
      if (victim === undefined) throw new Error('there are three');

      victim.signal('SIGSTOP');
      await balancer.logged('Marked a backend down');
      await moreThan(load, total(load) + 200);
      victim.signal('SIGCONT');
      await balancer.logged('Marked a backend up again');
      const before = load.answers.get(victim.name) ?? 0;
      await answersFrom(load, [victim.name], before + 20);
      await load.stop();

      expect(load.failures).toEqual([]);
      expect(load.slowestMilliseconds).toBeGreaterThan(500);
      expect(load.slowestMilliseconds).toBeLessThan(2500);
    },
    limitMilliseconds,
  );

  it(
    'never sends a POST twice: one that a killed gateway had fails, and no other gateway saw it',
    async () => {
      const { gateways, balancer } = await poolOf(2, { healthCheck: { mode: 'Passive' } });
      const first = fetch(`http://127.0.0.1:${balancer.httpPort}/slow`, { method: 'POST', body: 'rotate' });
      const busy = await until('the POST under way', 30_000, async () => {
        const { backends } = await sessionsOf(balancer);
        return Object.keys(backends)[0];
      });
      const victim = gateways.find(({ name }) => name === busy);
      const other = gateways.find(({ name }) => name !== busy);

      victim?.signal('SIGKILL');

      expect((await first).status).toBe(502);
      const posts = await (await fetch(`http://127.0.0.1:${other?.httpPort}/posts`)).text();
      expect(posts).toBe('0');
    },
    limitMilliseconds,
  );
});

describe('the configuration file', () => {
  it(
    'is taken over while sessions live: a listener and a backend go, others come',
    async () => {
      const { gateways, balancer } = await poolOf(2);
      const { client } = await session(balancer);
      const load = loadOf(balancer, 8);
      await answersFrom(load, ['prod-0', 'prod-1'], 20);
      const third = await startGateway('prod-2');
      cleanups.push(() => third.remove());
      const config = parse(balancer.text);
      config.listeners = config.listeners.filter(({ name }: { name: string }) => name === 'http');
      const [one] = gateways;
      if (one === undefined) throw new Error('there are two');
      config.backends = [one, third].map(({ name, httpPort }) => ({ name, address: '127.0.0.1', port: httpPort }));

      await balancer.rewrite(stringify(config));
      await balancer.logged('Applied the configuration', 2);
      await answersFrom(load, ['prod-2'], 50);
      await load.stop();

      expect(load.failures).toEqual([]);
      client.send('still here');
      await client.receives('still here');
      const refused = rawClient(balancer.tcpPort);
      cleanups.push(() => refused.destroy());
      await refused.closes();
      expect(refused.error).toBe('ECONNREFUSED');
    },
    limitMilliseconds,
  );

  it(
    'is refused with line and column when it is wrong; the old one stays in force',
    async () => {
      const { balancer } = await poolOf(1);
      const lines = balancer.text.split('\n');
      const line = lines.findIndex((text) => text.includes('protocol: TCP'));

      await balancer.rewrite(balancer.text.replace('protocol: TCP', 'protocol: UDP'));
      const refusal = await balancer.logged('Refused the new configuration');

      expect(refusal['error']).toMatch(
        new RegExp(`balancer\\.yaml:${line + 1}:\\d+: listeners\\[1\\]\\.protocol: .*"TCP"\\|"HTTP"`),
      );
      expect((await session(balancer)).name).toBe('prod-0');
      const metrics = await (await fetch(`http://127.0.0.1:${balancer.adminPort}/metrics`)).text();
      expect(metrics).toContain('gatewaypool_balancer_config_refused_total 1\n');
    },
    limitMilliseconds,
  );

  it.each([
    { name: '--config', words: ['--config'] },
    { name: '--check', words: ['--check'] },
  ])(
    'ends $name with exit code 1 and the place when it is wrong at the start',
    async ({ words }) => {
      const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-balancer-'));
      cleanups.push(() => rm(folder, { recursive: true }));
      await writeFile(`${folder}/b.yaml`, 'listeners:\n- {name: ssh, protocol: TCP, port: 99999}\n');

      const { child, errors } = runBalancer([...words, `${folder}/b.yaml`]);
      const [code] = await once(child, 'exit');

      expect(code).toBe(1);
      expect(errors()).toMatch(/b\.yaml:2:36: listeners\[0\]\.port: .*65535/);
    },
    limitMilliseconds,
  );
});

describe('stopping', () => {
  it(
    'ends with code 0 when the last session has ended',
    async () => {
      const { balancer } = await poolOf(1);
      const { client } = await session(balancer);

      balancer.signal('SIGTERM');
      await balancer.logged('Stopped to accept, waiting for the last session');
      client.send('still here');
      await client.receives('still here');
      client.socket.end();

      expect(await balancer.ended).toBe(0);
    },
    limitMilliseconds,
  );

  it(
    'cuts what is left at the second signal',
    async () => {
      const { balancer } = await poolOf(1);
      const { client } = await session(balancer);
      balancer.signal('SIGTERM');
      await balancer.logged('Stopped to accept');

      balancer.signal('SIGTERM');

      expect(await balancer.ended).toBe(0);
      await client.ends();
      expect(client.ended || client.closed).toBe(true);
    },
    limitMilliseconds,
  );
});
