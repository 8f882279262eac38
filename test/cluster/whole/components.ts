import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive, readRecord, signal } from '../processes/record.ts';
import { run } from '../processes/run.ts';
import { until } from '../until.ts';
import { requireNamespace } from './namespaces.ts';
import type { StateLayout } from './state.ts';

const daemonScript = join(import.meta.dirname, 'namespace-daemon.sh');

/** A daemon of the cluster, kept as JSON so that it can be started again. */
const Component = z.object({
  /** Such as `kube-apiserver` or `n1-kubelet`; also the name of its log. */
  name: z.string(),
  namespace: z.string(),
  command: z.array(z.string()).min(1),
  /** Stay in the machine's network, for a relay. It still dies with the namespace. */
  machineNetwork: z.boolean().optional(),
});
type Component = z.infer<typeof Component>;

/** Starts a daemon; its output goes to log/NAME.log. Does nothing when it runs already. */
export async function startComponent(state: StateLayout, component: Component): Promise<void> {
  const { name, namespace, command, machineNetwork = false } = component;
  if (isRunning(state, name)) return;
  const { pid } = requireNamespace(state, namespace).init;
  const recordFile = state.recordFile(name);
  await rm(recordFile, { force: true });
  await writeFile(state.commandFile(name), JSON.stringify(component));
  const enter = ['-t', String(pid), '-p', ...(machineNetwork ? [] : ['-n']), '--'];
  await run('nsenter', [...enter, 'sh', daemonScript, recordFile, state.logFile(name), String(pid), ...command], {
    timeoutMilliseconds: 20_000,
  });
  await until(`${name} to be started`, 10_000, () => readRecord(recordFile) !== undefined, 5);
}

/** Starts a daemon again with the command line of its first start. */
export async function startComponentAgain(state: StateLayout, name: string): Promise<void> {
  await requireComponent(state, name);
  const text = await readFile(state.commandFile(name), 'utf8');
  await startComponent(state, Component.parse(JSON.parse(text)));
}

async function requireComponent(state: StateLayout, name: string): Promise<void> {
  const known = await componentNames(state);
  if (known.includes(name)) return;
  throw new Error(`the cluster in ${state.directory} has no component "${name}"; it has: ${known.join(', ')}`);
}

/** Ends a daemon and waits until it is gone: SIGTERM, then SIGKILL after `graceMilliseconds` (0 = SIGKILL at once, as in a crash). */
export async function stopComponent(state: StateLayout, name: string, graceMilliseconds: number): Promise<void> {
  await requireComponent(state, name);
  const record = readRecord(state.recordFile(name));
  if (record === undefined || !isAlive(record)) return;
  if (graceMilliseconds > 0) {
    signal(record, 'SIGTERM');
    const ended = await until('', graceMilliseconds, () => !isAlive(record)).catch(() => false);
    if (ended) return;
  }
  signal(record, 'SIGKILL');
  await until(`${name} to end`, 10_000, () => !isAlive(record));
}

export function isRunning(state: StateLayout, name: string): boolean {
  const record = readRecord(state.recordFile(name));
  return record !== undefined && isAlive(record);
}

export async function componentNames(state: StateLayout): Promise<string[]> {
  const files = await readdir(state.run).catch(() => []);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
