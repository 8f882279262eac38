import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DaemonChild, startChild } from '../../cluster/processes/child.ts';
import type { Installation } from './installation.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'dist', 'operator.cjs');

/**
 * What the kubelet does for a pod: a mount namespace of its own in which the credentials are where a ServiceAccount's always are. `exec`
 * keeps the pid, so that the process under test is the child itself.
 */
const asInPod = `mount -t tmpfs gatewaypool-bench /run &&
  mkdir -p /var/run/secrets/kubernetes.io/serviceaccount &&
  mount --bind "$1" /var/run/secrets/kubernetes.io/serviceaccount &&
  shift && exec "$@"`;

export interface OperatorOptions {
  /** For its log. */
  readonly directory: string;
  /** Where it finds the API server. */
  readonly server: URL;
  /** Beside those of the chart; the last of equal flags counts. */
  readonly flags?: readonly string[];
}

/** Starts the bundled operator as the chart does, in-cluster credentials and all. */
export function startOperator(installation: Installation, options: OperatorOptions): DaemonChild {
  const { directory, server, flags = [] } = options;
  const isRoot = process.getuid?.() === 0;
  const unshare = ['--mount', ...(isRoot ? [] : ['--map-root-user'])];
  const node = [
    process.execPath,
    ...installation.nodeFlags,
    program,
    ...installation.args,
    ...flags,
    '--metrics-port=0',
    '--health-port=0',
  ];
  return startChild(
    directory,
    'operator',
    'unshare',
    [...unshare, 'sh', '-c', asInPod, 'sh', installation.credentialsDirectory, ...node],
    {
      ...installation.env,
      KUBERNETES_SERVICE_HOST: server.hostname,
      KUBERNETES_SERVICE_PORT: server.port,
    },
  );
}

/** Throws, with the end of its log, when the operator has ended. */
export function assertRunning(operator: DaemonChild): void {
  if (!operator.running) throw new Error(`The operator ended by itself; its log ends with:\n${operator.logTail()}`);
}

/** User and system time of a process so far, in milliseconds; see proc_pid_stat(5), fields 14 and 15. */
export function cpuMilliseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  // Clock ticks are 1/100 s on every Linux that Node runs on (sysconf(_SC_CLK_TCK)).
  return ticks * 10;
}
