import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type DaemonChild, startChild } from '../../cluster/processes/child.ts';
import { freePorts } from '../../cluster/processes/ports.ts';
import { until } from '../../cluster/until.ts';
import type { OnEnd } from '../bench.ts';
import { sidecarNodeFlags } from './node-flags.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'dist', 'balancer.cjs');

/** Starts the bundled balancer in static mode, with the flags for Node that it has in a pod. */
export async function startStaticSidecar(
  backendPorts: readonly number[],
  onEnd: OnEnd,
): Promise<{ readonly sidecar: DaemonChild; readonly port: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'gatewaypool-bench-'));
  onEnd(async () => rm(directory, { recursive: true, force: true }));
  const [port = 0, adminPort = 0] = await freePorts(2);
  const file = join(directory, 'balancer.yaml');
  const configuration = {
    listeners: [{ name: 'http', protocol: 'HTTP', port }],
    backends: backendPorts.map((backend, index) => ({ name: `pool-${index}`, address: '127.0.0.1', port: backend })),
    admin: { port: adminPort },
    healthCheck: { http: { path: '/healthz' } },
  };
  await writeFile(file, stringify(configuration));

  const sidecar = startChild(directory, 'balancer', process.execPath, [
    ...sidecarNodeFlags(),
    program,
    '--config',
    file,
  ]);
  onEnd(async () => sidecar.stop(2000));
  await until('the balancer to be live', 10_000, async () => {
    if (!sidecar.running) throw new Error(`The balancer ended by itself:\n${sidecar.logTail()}`);
    return (await fetch(`http://127.0.0.1:${adminPort}/live`)).ok;
  });
  return { sidecar, port };
}
