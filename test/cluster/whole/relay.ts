import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { freePorts } from '../processes/ports.ts';
import { apiServerPort } from './addresses.ts';
import { startComponent } from './components.ts';
import type { StateLayout } from './state.ts';

const Kubeconfig = z.looseObject({
  clusters: z.array(z.looseObject({ name: z.string(), cluster: z.looseObject({ server: z.string() }) })),
});

/**
 * Lets programs of the machine reach the API server on a loopback port, and writes a kubeconfig for them. Two socats meet at a Unix
 * socket, which is a file and so crosses network namespaces: one has the cluster's network, the other the machine's. Both live in the
 * cluster's PID namespace, so they end with it. Returns the API server's address on the machine's side.
 */
export async function startRelay(state: StateLayout): Promise<string> {
  const [port = 0] = await freePorts(1);
  const socket = join(state.run, 'relay.sock');
  await startComponent(state, {
    name: 'relay-inside',
    namespace: 'cluster',
    command: ['socat', `UNIX-LISTEN:${socket},fork,unlink-early`, `TCP:127.0.0.1:${apiServerPort}`],
  });
  await startComponent(state, {
    name: 'relay-outside',
    namespace: 'cluster',
    machineNetwork: true,
    command: ['socat', `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`, `UNIX-CONNECT:${socket}`],
  });
  const kubeconfig = Kubeconfig.parse(parse(await readFile(state.adminKubeconfig, 'utf8')));
  const server = `https://127.0.0.1:${port}`;
  for (const { cluster } of kubeconfig.clusters) cluster.server = server;
  await writeFile(state.outsideKubeconfig, stringify(kubeconfig), { mode: 0o600 });
  return server;
}
