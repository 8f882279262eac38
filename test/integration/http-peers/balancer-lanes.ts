import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePorts } from '../../cluster/processes/ports.ts';
import { until } from '../../cluster/until.ts';
import { runBalancer } from '../balancer/programs.ts';

/** Listeners of one balancer process, each before a backend of its own. */
export interface Lanes {
  /** By index, as the backends' ports. */
  readonly ports: readonly number[];
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts `gateway-balancer --config` with an HTTP listener before each of these backend ports. Nothing is sent but what clients send. */
export async function startLanes(
  backendPorts: readonly number[],
  settings: Record<string, unknown> = {},
): Promise<Lanes> {
  const ports = await freePorts(backendPorts.length);
  const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-lanes-'));
  const config = {
    listeners: ports.map((port, lane) => ({ name: `lane-${lane}`, protocol: 'HTTP', port })),
    backends: [
      {
        name: 'gateway',
        address: '127.0.0.1',
        ports: Object.fromEntries(backendPorts.map((port, lane) => [`lane-${lane}`, port])),
      },
    ],
    healthCheck: { mode: 'Passive' },
    slowStartSeconds: 0,
    ...settings,
  };
  await writeFile(join(folder, 'balancer.yaml'), stringify(config));
  const { child, log, errors } = runBalancer(['--config', join(folder, 'balancer.yaml')]);
  const ended = once(child, 'exit');
  await until(`the balancer before ${backendPorts.length} backends: ${errors()}`, 30_000, () => {
    return log.some(({ msg }) => msg === 'Applied the configuration');
  });
  return {
    ports,
    child,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
