import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessRecord, isAlive, readRecord, recordOf, signal } from '../processes/record.ts';
import { type RunOptions, run } from '../processes/run.ts';
import { until } from '../until.ts';
import type { StateLayout } from './state.ts';

/**
 * A cluster is ONE process tree in its own mount, network and PID namespaces:
 *
 *     cluster             etcd, kube-apiserver, kube-controller-manager, kube-scheduler, CoreDNS
 *       bridge br0        the only network; it has no uplink to the machine
 *       ├── n1            containerd, kubelet, kube-proxy and all containers; eth0 is a veth into br0
 *       └── n2            own /run, /var/lib/kubelet, /var/lib/containerd and PID 1
 *
 * When the PID 1 of such a tree is killed, the kernel kills all of it; mounts, interfaces and firewall rules go with their namespaces.
 * So clean-up cannot be forgotten, and the power-off of a node is one kill.
 */
export interface Namespace {
  readonly name: string;
  readonly init: ProcessRecord;
}

const initScript = join(import.meta.dirname, 'namespace-init.sh');
const startMilliseconds = 20_000;

/** `parent` = nested: lives at most as long as that one. */
export async function createNamespace(state: StateLayout, name: string, parent?: Namespace): Promise<Namespace> {
  const recordFile = state.recordFile(name);
  const readyFile = join(state.run, `${name}.ready`);
  rmSync(recordFile, { force: true });
  rmSync(readyFile, { force: true });
  // Only the PID namespace of the parent is entered: the new mounts start from the machine's, and so does /proc.
  const enter = parent === undefined ? [] : ['nsenter', '-t', String(parent.init.pid), '-p', '--'];
  const unshare = ['unshare', '--mount', '--net', '--pid', '--propagation', 'private', '--'];
  // Without --fork, the first child of unshare's program becomes PID 1; the shell between them ends at once.
  const background = 'log=$1; shift; setsid sh "$@" </dev/null >>"$log" 2>&1 &';
  const shell = ['sh', '-c', background, 'sh', state.logFile(`${name}-init`), initScript, recordFile, readyFile];
  const [command = '', ...args] = [...enter, ...unshare, ...shell];
  await run(command, args, { timeoutMilliseconds: startMilliseconds });
  await until(`namespace ${name} (its log: ${state.logFile(`${name}-init`)})`, startMilliseconds, () =>
    existsSync(readyFile),
  );
  const namespace = findNamespace(state, name);
  if (namespace === undefined) throw new Error(`namespace ${name} ended while it was being set up`);
  return namespace;
}

/** Undefined when it is not there (any more). */
export function findNamespace(state: StateLayout, name: string): Namespace | undefined {
  const init = readRecord(state.recordFile(name));
  return init && isAlive(init) ? { name, init } : undefined;
}

/** Like `findNamespace`; throws with advice. */
export function requireNamespace(state: StateLayout, name: string): Namespace {
  const namespace = findNamespace(state, name);
  if (namespace !== undefined) return namespace;
  throw new Error(
    name === 'cluster'
      ? `no cluster runs in ${state.directory}: start one with "make cluster-up"`
      : `node ${name} is not up: start it with "main.ts node-up ${name.slice(1)}"`,
  );
}

/** Runs a program inside (mount, network and PID namespaces) and returns its stdout. */
export async function runInside(
  namespace: Namespace,
  command: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const args = ['-t', String(namespace.init.pid), '-m', '-n', '-p', '--', ...command];
  return run('nsenter', args, { timeoutMilliseconds: 120_000, ...options });
}

/** Runs shell lines inside, ending at the first that fails. */
export async function runScriptInside(namespace: Namespace, lines: readonly string[]): Promise<void> {
  await runInside(namespace, ['sh', '-eu'], { input: `${lines.join('\n')}\n` });
}

/** Runs shell lines in the network namespace only: pids in them are the machine's. */
export async function runNetworkScript(namespace: Namespace, lines: readonly string[]): Promise<void> {
  const args = ['-t', String(namespace.init.pid), '-n', '--', 'sh', '-eu'];
  await run('nsenter', args, { input: `${lines.join('\n')}\n`, timeoutMilliseconds: 20_000 });
}

/**
 * Kills a namespace with everything in it, and waits until it is gone. Also finds one whose record is missing because its maker was
 * killed in between, or because somebody removed the directory: the record's path is on the command line of its PID 1.
 */
export async function destroyNamespace(state: StateLayout, name: string): Promise<void> {
  const recordFile = state.recordFile(name);
  const recorded = readRecord(recordFile);
  const inits = [...(recorded ? [recorded] : []), ...processesWithArgument(recordFile)].filter(isAlive);
  for (const init of inits) signal(init, 'SIGKILL');
  await until(`the end of namespace ${name}`, 20_000, () => !inits.some(isAlive));
  rmSync(recordFile, { force: true });
}

function processesWithArgument(argument: string): ProcessRecord[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.flatMap((pid) => {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!args.includes(initScript) || !args.includes(argument)) return [];
    } catch {
      // It ended meanwhile.
      return [];
    }
    return recordOf(Number(pid)) ?? [];
  });
}
