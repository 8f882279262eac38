import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { closeServers, portOf } from '../../balancer/loopback-servers.ts';
import { rawClient } from '../../balancer/raw-socket.ts';
import { freePort } from '../../balancer/rig.ts';
import { until } from '../../cluster/until.ts';
import { keepGetting } from './load.ts';
import { startBalancer } from './programs.ts';

const limitMilliseconds = 60_000;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await closeServers();
});

async function residentMebibytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** Reads a metric of a balancer; undefined as long as there is no such line. */
async function metric(adminPort: number, start: string): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(start));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

/** A gateway that takes 5 ms for each request, and knows how many it had at once. */
function countingGateway(name: string): { server: Server; most: () => number } {
  let now = 0;
  let most = 0;
  const server = createServer((request, response) => {
    if (request.headers['user-agent'] === 'gatewaypool-health-check') {
      response.end();
      return;
    }
    now += 1;
    most = Math.max(most, now);
    setTimeout(() => {
      now -= 1;
      response.end(name);
    }, 5);
  });
  return { server, most: () => most };
}

describe('the limits of a balancer process', () => {
  it(
    'give each gateway no more at once than it bears, and lose nothing of what waits',
    async () => {
      const gateways = ['gw-0', 'gw-1'].map(countingGateway);
      const ports = await Promise.all(gateways.map(({ server }) => portOf(server)));
      const balancer = await startBalancer({
        backends: ports.map((port, index) => ({ name: `gw-${index}`, port })),
        settings: { limits: { maxSessionsPerInstance: 3 } },
      });
      cleanups.push(() => balancer.remove());
      const load = keepGetting(balancer.httpPort, 24);
      cleanups.push(() => load.stop());

      await until('answers', 20_000, () => (load.answers.get('gw-0') ?? 0) > 300);
      await load.stop();

      const [zero = 0, one = 0] = [load.answers.get('gw-0'), load.answers.get('gw-1')];
      expect(load.failures).toEqual([]);
      expect(gateways.map(({ most }) => most())).toEqual([3, 3]);
      // As many as may be under way at either when the load stops.
      expect(Math.abs(zero - one)).toBeLessThanOrEqual(6);
      expect(await metric(balancer.adminPort, 'gatewaypool_balancer_queued_total{listener="http"}')).toBeGreaterThan(
        300,
      );
    },
    limitMilliseconds,
  );

  it(
    'hold its memory while clients never read responses of 1 GiB',
    async () => {
      const gibibyte = 1024 ** 3;
      const part = Buffer.alloc(256 * 1024, 'a');
      let sent = 0;
      const gateway = createServer((_, response) => {
        response.writeHead(200, { 'Content-Length': gibibyte });
        const more = (): void => {
          let taken = true;
          while (taken) {
            taken = response.write(part);
            sent += part.length;
          }
          response.once('drain', more);
        };
        more();
        response.on('error', () => {});
      });
      const balancer = await startBalancer({
        backends: [{ name: 'gw-0', port: await portOf(gateway) }],
        settings: { healthCheck: { mode: 'Passive' } },
      });
      cleanups.push(() => balancer.remove());
      const before = await residentMebibytes(balancer.pid);

      for (let count = 0; count < 20; count += 1) {
        const client = rawClient(balancer.httpPort);
        cleanups.push(() => client.destroy());
        client.socket.pause();
        client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      }
      let last = -1;
      let same = 0;
      await until('responses that stand still', 30_000, () => {
        same = sent === last && sent > 0 ? same + 1 : 0;
        last = sent;
        return same >= 40;
      });

      // 20 GiB are on offer. Some of the growth is code that was not needed before.
      const grown = (await residentMebibytes(balancer.pid)) - before;
      expect(grown).toBeLessThan(16);
    },
    limitMilliseconds,
  );
});

describe('an access log that nobody reads', () => {
  it(
    'stops nothing: lines are dropped and counted, and requests are answered',
    async () => {
      const gateway = createServer((_, response) => response.end('ok'));
      const [httpPort, adminPort] = [await freePort(), await freePort()];
      const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-log-'));
      const path = join(folder, 'balancer.yaml');
      await writeFile(
        path,
        stringify({
          listeners: [{ name: 'http', protocol: 'HTTP', port: httpPort }],
          backends: [{ name: 'gw-0', address: '127.0.0.1', port: await portOf(gateway) }],
          admin: { port: adminPort },
          accessLog: { samplePercent: 100 },
        }),
      );
      const main = join(import.meta.dirname, '..', '..', '..', 'src', 'balancer', 'main.ts');
      const child = spawn(process.execPath, [main, '--config', path], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(child, 'exit');
      cleanups.push(async () => {
        child.kill('SIGKILL');
        await ended;
        await rm(folder, { recursive: true, force: true });
      });
      await until('the balancer', 20_000, () => metric(adminPort, 'gatewaypool_balancer_client_connections'));
      const agent = new Agent({ keepAlive: true, maxSockets: 16 });
      cleanups.push(() => agent.destroy());
      const target = `/${'x'.repeat(900)}?secret`;
      const ask = async (): Promise<number | undefined> => {
        const [response]: IncomingMessage[] = await once(get({ port: httpPort, path: target, agent }), 'response');
        response?.resume();
        return response?.statusCode;
      };

      const dropped = await until('dropped lines', 40_000, async () => {
        expect(new Set(await Promise.all(Array.from({ length: 64 }, ask)))).toEqual(new Set([200]));
        return metric(adminPort, 'gatewaypool_balancer_access_log_dropped_total');
      });

      expect(dropped).toBeGreaterThan(0);
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      await until('the lines that were kept', 20_000, () => text.split('\n').length > 300);
      const lines = text.split('\n').slice(0, 300);
      expect(lines.map((line): unknown => JSON.parse(line))).toHaveLength(300);
      expect(text).not.toContain('secret');
      child.kill('SIGTERM');
      await ended;
    },
    limitMilliseconds,
  );
});
