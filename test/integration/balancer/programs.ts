import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../balancer/rig.ts';
import { until } from '../../cluster/until.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'balancer', 'main.ts');

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A process of the balancer in static mode. */
export interface BalancerProcess {
  readonly pid: number;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly adminPort: number;
  readonly log: readonly LogLine[];
  /** What it said on stderr. */
  errors(): string;
  /** Writes the file; the process finds it by itself. */
  rewrite(text: string): Promise<void>;
  /** The text that `startBalancer` wrote. */
  readonly text: string;
  logged(part: string, times?: number): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
  /** The exit code once it has ended. */
  readonly ended: Promise<number | null>;
  remove(): Promise<void>;
}

export interface BalancerOptions {
  readonly backends: readonly { readonly name: string; readonly port: number }[];
  readonly settings?: Record<string, unknown>;
}

/** Starts `node src/balancer/main.ts --config …` with an HTTP and a TCP listener, and waits until it serves. */
export async function startBalancer({ backends, settings = {} }: BalancerOptions): Promise<BalancerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-balancer-'));
  const path = join(folder, 'balancer.yaml');
  const [httpPort, tcpPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const text = stringify({
    listeners: [
      { name: 'http', protocol: 'HTTP', port: httpPort },
      { name: 'tcp', protocol: 'TCP', port: tcpPort },
    ],
    backends: backends.map((backend) => ({ ...backend, address: '127.0.0.1' })),
    admin: { port: adminPort },
    ...settings,
  });
  await writeFile(path, text);
  const { child, log, errors } = runBalancer(['--config', path]);
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  const logged = (part: string, times = 1): Promise<LogLine> =>
    until(`${times} × "${part}" in the log: ${errors()}`, 30_000, () => {
      return log.filter(({ msg }) => msg.includes(part))[times - 1];
    });
  await logged('Applied the configuration');
  return {
    pid: child.pid ?? 0,
    httpPort,
    tcpPort,
    adminPort,
    log,
    errors,
    text,
    logged,
    ended,
    rewrite: (next) => writeFile(path, next),
    signal: (signal) => child.kill(signal),
    async remove() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the balancer with these words. */
export function runBalancer(words: readonly string[]): { child: ChildProcess; log: LogLine[]; errors: () => string } {
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: LogLine[] = [];
  let rest = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{"level"')) log.push(JSON.parse(line));
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  return { child, log, errors: () => errors };
}

/** A gateway process: HTTP on one port, and a TCP echo that begins with its name on another. */
export interface GatewayProcess {
  readonly name: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  signal(signal: NodeJS.Signals): void;
  remove(): Promise<void>;
}

const gatewayProgram = `
const [name, httpPort, tcpPort] = process.argv.slice(1);
let posts = 0;
require('node:http').createServer((request, response) => {
  if (request.method === 'POST') posts += 1;
  request.resume();
  request.on('end', () => setTimeout(() => response.end(request.url === '/posts' ? String(posts) : name), request.url === '/slow' ? 60_000 : 2));
}).listen(Number(httpPort), '127.0.0.1', () => {
  require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.write(name + '\\n');
    socket.pipe(socket);
  }).listen(Number(tcpPort), '127.0.0.1', () => console.log('up'));
});`;

export async function startGateway(
  name: string,
  ports?: { httpPort: number; tcpPort: number },
): Promise<GatewayProcess> {
  const { httpPort, tcpPort } = ports ?? { httpPort: await freePort(), tcpPort: await freePort() };
  const child = spawn(process.execPath, ['-e', gatewayProgram, name, String(httpPort), String(tcpPort)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const failed = exit.then(([code]): never => {
    throw new Error(`gateway ${name} ended with ${code} before it listened on ${httpPort} and ${tcpPort}`);
  });
  await Promise.race([once(child.stdout, 'data'), failed]);
  // Once it listened, its end is the test's own doing.
  failed.catch(() => {});
  return {
    name,
    httpPort,
    tcpPort,
    signal: (signal) => child.kill(signal),
    async remove() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** The backends of a configuration file for these gateways. */
export function backendsOf(gateways: readonly GatewayProcess[]): { name: string; port: number; ports: object }[] {
  return gateways.map(({ name, httpPort, tcpPort }) => ({
    name,
    port: httpPort,
    ports: { http: httpPort, tcp: tcpPort },
  }));
}
