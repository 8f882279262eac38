import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../../cluster/processes/child.ts';
import { freePorts } from '../../../cluster/processes/ports.ts';
import { answers } from './answers.ts';
import type { PeerProxy } from './proxy.ts';

const defaults = `
global
  nbthread 1
  maxconn 2000
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
`;

/** HAProxy with its own defaults of strictness. */
export async function startHaproxy(backendPorts: readonly number[]): Promise<PeerProxy> {
  const ports = await freePorts(backendPorts.length);
  const lanes = backendPorts.map((backend, lane) => {
    return `listen lane${lane}\n  bind 127.0.0.1:${ports[lane]}\n  server gateway 127.0.0.1:${backend}\n`;
  });
  return runHaproxy(`${defaults}${lanes.join('')}`, ports);
}

/** HAProxy with a configuration, once it listens on these ports. */
export async function runHaproxy(config: string, ports: readonly number[]): Promise<PeerProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-haproxy-'));
  await writeFile(join(folder, 'haproxy.cfg'), config);
  const child = startChild(folder, 'haproxy', 'haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]);
  await answers(child, ports);
  return {
    name: 'haproxy',
    ports,
    async stop() {
      await child.stop(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
