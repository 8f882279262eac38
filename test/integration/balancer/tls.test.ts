import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { freePort } from '../../balancer/rig.ts';
import { onLoopback, temporaryAuthority } from '../../balancer/secure-rig.ts';
import { run } from '../../cluster/processes/run.ts';
import { until } from '../../cluster/until.ts';
import { backendsOf, type BalancerProcess, runBalancer, startBalancer, startGateway } from './programs.ts';

const limitMilliseconds = 90_000;

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let server: { certificateFile: string; keyFile: string };

beforeAll(async () => {
  authority = await temporaryAuthority();
  server = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
});

afterAll(() => authority.remove());

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A balancer with one HTTP listener before two gateways. */
async function balancerWith(listener: object): Promise<{ balancer: BalancerProcess; port: number }> {
  const gateways = await Promise.all(['prod-0', 'prod-1'].map((name) => startGateway(name)));
  for (const gateway of gateways) cleanups.push(() => gateway.remove());
  const port = await freePort();
  const backends = backendsOf(gateways).map(({ name, port: backend }) => ({ name, port: backend }));
  const listeners = [{ name: 'https', protocol: 'HTTP', port, ...listener }];
  const balancer = await startBalancer({ backends, settings: { listeners } });
  cleanups.push(() => balancer.remove());
  return { balancer, port };
}

describe('certificates that are renewed under load', () => {
  /** Asks again and again, and names whose certificate answered. Half of the clients connect anew for each request. */
  function load(
    port: number,
    ca: string,
  ): { answers: Map<string, number>; failures: string[]; stop: () => Promise<void> } {
    const answers = new Map<string, number>();
    const failures: string[] = [];
    const stopping = new AbortController();
    const one = async (agent: Agent): Promise<void> =>
      new Promise((resolve) => {
        const request = get({ port, host: '127.0.0.1', servername: 'localhost', ca, agent }, (response) => {
          const { socket } = response;
          const name = 'getPeerCertificate' in socket ? certificateName(socket) : 'none';
          response.resume();
          response.on('end', () => {
            answers.set(name, (answers.get(name) ?? 0) + 1);
            resolve();
          });
        });
        request.on('error', (error) => {
          failures.push(error.message);
          resolve();
        });
      });
    const client = async (keepAlive: boolean): Promise<void> => {
      const agent = new Agent({ keepAlive, maxSockets: 1, maxCachedSessions: 0 });
      while (!stopping.signal.aborted) await one(agent);
      agent.destroy();
    };
    const clients = Promise.all(Array.from({ length: 8 }, async (_, index) => client(index % 2 === 0)));
    return {
      answers,
      failures,
      async stop() {
        stopping.abort();
        await clients;
      },
    };
  }

  function certificateName(socket: object): string {
    const certificate: unknown = Reflect.apply(Reflect.get(socket, 'getPeerCertificate'), socket, []);
    const subject: unknown =
      typeof certificate === 'object' && certificate !== null ? Reflect.get(certificate, 'subject') : {};
    return String(typeof subject === 'object' && subject !== null ? Reflect.get(subject, 'CN') : '');
  }

  it(
    'fail no request: old connections go on, new ones get the new certificate',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-tls-'));
      cleanups.push(() => rm(folder, { recursive: true }));
      const files = { certificateFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
      // One file after the other: for a while they do not belong together.
      const use = async (name: string): Promise<void> => {
        const issued = await authority.issue({ name, user: name, subjectAlternativeNames: onLoopback });
        for (const [from, to] of [
          [issued.certificateFile, files.certificateFile],
          [issued.keyFile, files.keyFile],
        ] as const) {
          await writeFile(`${to}.new`, await readFile(from));
          await rename(`${to}.new`, to);
          await sleep(100);
        }
      };
      await use('first');
      const { balancer, port } = await balancerWith({ tls: files });
      const { answers, failures, stop } = load(port, await readFile(authority.caFile, 'utf8'));
      await until('answers', 20_000, () => (answers.get('first') ?? 0) > 100);

      for (const name of ['second', 'third']) {
        await use(name);
        await until(`answers with ${name}`, 30_000, () => (answers.get(name) ?? 0) > 100);
      }
      await stop();

      expect(failures).toEqual([]);
      expect(balancer.log.filter(({ msg }) => msg.includes('Took over certificates'))).toHaveLength(2);
      expect(JSON.stringify(balancer.log)).not.toContain('PRIVATE KEY');
    },
    limitMilliseconds,
  );
});

describe('curl and openssl at a listener with TLS', () => {
  it(
    'are served by HTTP/1.1 and TLS 1.3, also when curl offers HTTP/2',
    async () => {
      const { port } = await balancerWith({ tls: server });

      const [body, version] = (
        await run('curl', [
          '-sS',
          '--http2',
          '--cacert',
          authority.caFile,
          '-w',
          ' %{http_version}',
          `https://localhost:${port}/`,
        ])
      ).split(' ');
      const handshake = await run(
        'openssl',
        ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', authority.caFile],
        {
          timeoutMilliseconds: 10_000,
        },
      );

      expect(body).toMatch(/^prod-[01]$/);
      expect(version).toBe('1.1');
      expect(handshake).toMatch(/TLSv1\.3[\s\S]*Verify return code: 0 \(ok\)/);
    },
    limitMilliseconds,
  );

  it(
    'need a certificate where the listener asks for one',
    async () => {
      const { balancer, port } = await balancerWith({ tls: { ...server, clientCaFile: authority.caFile } });
      const own = await authority.issue({ name: 'curl', user: 'curl' });
      const curl = async (...more: string[]): Promise<string> =>
        run('curl', ['-sS', '--cacert', authority.caFile, ...more, `https://localhost:${port}/`]);

      const withOne = await curl('--cert', own.certificateFile, '--key', own.keyFile);
      await expect(curl()).rejects.toThrow(/curl/);

      expect(withOne).toMatch(/^prod-[01]$/);
      const metrics = await (await fetch(`http://127.0.0.1:${balancer.adminPort}/metrics`)).text();
      expect(metrics).toContain('gatewaypool_balancer_rejected_total{listener="https",reason="TlsHandshake"} 1\n');
    },
    limitMilliseconds,
  );
});

describe('a configuration that names files for TLS', () => {
  it.each([
    {
      name: 'a file that is not there',
      keyFile: () => '/not/there.key',
      problem: 'could not read /not/there.key: ENOENT',
    },
    { name: 'a file that is no key', keyFile: () => server.certificateFile, problem: 'is no private key in PEM' },
    {
      name: 'the key of another certificate',
      keyFile: () => join(authority.directory, 'ca.key'),
      problem: 'is not the one of',
    },
  ])(
    'is refused at the field with $name, by --check and at the start',
    async ({ keyFile, problem }) => {
      const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-balancer-'));
      cleanups.push(() => rm(folder, { recursive: true }));
      const path = join(folder, 'b.yaml');
      const tls = { certificateFile: server.certificateFile, keyFile: keyFile() };
      const listener = { name: 'https', protocol: 'HTTP', port: await freePort(), tls };
      await writeFile(path, stringify({ listeners: [listener] }));

      for (const words of [
        ['--check', path],
        ['--config', path],
      ]) {
        const { child, errors } = runBalancer(words);
        const [code] = await once(child, 'exit');

        expect(code).toBe(1);
        expect(errors()).toContain(problem);
        expect(errors()).toMatch(/b\.yaml:\d+:\d+: listeners\[0\]\.tls\.keyFile: /);
      }
    },
    limitMilliseconds,
  );
});
