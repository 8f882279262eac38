import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../../cluster/processes/child.ts';
import { freePorts } from '../../../cluster/processes/ports.ts';
import { answers } from './answers.ts';
import type { PeerProxy } from './proxy.ts';

const program = join(import.meta.dirname, 'node-proxy-program.ts');

/** A proxy made of node:http alone, with the parser of Node in its strict mode. */
export async function startNodeProxy(backendPorts: readonly number[]): Promise<PeerProxy> {
  const ports = await freePorts(backendPorts.length);
  const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-node-proxy-'));
  const lanes = backendPorts.map((backend, lane) => `${ports[lane]}:${backend}`);
  const child = startChild(folder, 'node-proxy', process.execPath, [program, ...lanes]);
  await answers(child, ports);
  return {
    name: 'node',
    ports,
    async stop() {
      await child.stop(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
