import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePorts } from '../../cluster/processes/ports.ts';
import { until } from '../../cluster/until.ts';
import type { OnEnd } from '../bench.ts';
import type { BenchCertificate } from './certificate.ts';
import type { Contestant, ContestantName, ContestantPorts, Ports } from './contestant.ts';
import { type Ground, startPinned } from './ground.ts';
import { haproxyConfig } from './haproxy-config.ts';
import { nginxConfig } from './nginx-config.ts';

export interface StartOptions {
  readonly backends: readonly Ports[];
  readonly resilient: boolean;
  /** Absent = it does not speak TLS. */
  readonly certificate?: BenchCertificate | undefined;
}

let started = 0;

/** Starts a balancer in front of the backends and waits until it answers. */
export async function startContestant(
  ground: Ground,
  name: ContestantName,
  options: StartOptions,
  onEnd: OnEnd,
): Promise<Contestant> {
  const [http = 0, https = 0, echo = 0, sink = 0, admin = 0] = await freePorts(5);
  const ports = { http, https, echo, sink };
  // A directory of its own: the same contestant may be started many times.
  started += 1;
  const directory = join(ground.directory, `${name}-${started}`);
  await mkdir(directory);
  const { command, args, text } = recipes[name];
  const all = { ...options, ports, admin, directory, nodeFlags: ground.nodeFlags, balancer: ground.balancer };
  const file = join(directory, `${name}.conf`);
  await writeFile(file, text(all));

  const child = startPinned({ ...ground, directory }, name, command, args(file, all));
  onEnd(async () => child.stop(2000));
  await until(`${name} to answer`, 10_000, async () => {
    if (!child.running) throw new Error(`${name} ended by itself:\n${child.logTail()}`);
    return (await fetch(`http://127.0.0.1:${ports.http}/`)).ok;
  });
  return { name, process: child, ports };
}

interface RecipeOptions extends StartOptions {
  readonly ports: ContestantPorts;
  readonly admin: number;
  /** Its own. */
  readonly directory: string;
  readonly nodeFlags: readonly string[];
  readonly balancer: string;
}

/** How a program is started with its configuration `file`, and what that holds. */
interface Recipe {
  readonly command: string;
  readonly args: (file: string, options: RecipeOptions) => readonly string[];
  readonly text: (options: RecipeOptions) => string;
}

const recipes: Readonly<Record<ContestantName, Recipe>> = {
  haproxy: { command: 'haproxy', args: (file) => ['-db', '-f', file], text: haproxyConfig },
  nginx: { command: 'nginx', args: (file, { directory }) => ['-p', directory, '-c', file], text: nginxConfig },
  gatewaypool: {
    command: process.execPath,
    args: (file, { nodeFlags, balancer }) => [...nodeFlags, balancer, '--config', file],
    text: (options) => stringify(ownConfig(options)),
  },
};

/** All that the balancer can do is on by default: metrics, limits, time-outs, retries, and checks twice a second. */
function ownConfig({ ports, admin, backends, certificate }: RecipeOptions): object {
  const { bothFile: _, ...tls } = certificate ?? {};
  const secure = certificate === undefined ? [] : [{ name: 'https', protocol: 'HTTP', port: ports.https, tls }];
  return {
    listeners: [
      { name: 'http', protocol: 'HTTP', port: ports.http },
      { name: 'echo', protocol: 'TCP', port: ports.echo },
      { name: 'sink', protocol: 'TCP', port: ports.sink },
      ...secure,
    ],
    backends: backends.map((backend, index) => ({
      name: `backend-${index}`,
      address: '127.0.0.1',
      ports: { ...backend, ...(certificate === undefined ? {} : { https: backend.http }) },
    })),
    admin: { port: admin },
    healthCheck: { http: { path: '/healthz' } },
  };
}
