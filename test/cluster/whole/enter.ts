import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import type { Programs } from '../programs/programs.ts';
import { run } from '../processes/run.ts';
import { requireNamespace } from './namespaces.ts';
import type { StateLayout } from './state.ts';

/**
 * Only the network namespace is entered: files, users and pids stay the machine's. `ip netns exec` would also replace /sys and hide
 * mounts.
 */
function enterNetwork(state: StateLayout): string[] {
  return ['-t', String(requireNamespace(state, 'cluster').init.pid), '-n', '--'];
}

/** What a program inside finds: KUBECONFIG (unless the caller has set another), kubectl and helm on PATH. */
function insideEnvironment(state: StateLayout, programs: Programs, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    KUBECONFIG: state.adminKubeconfig,
    PATH: [...programs.directories, env['PATH']].join(delimiter),
    GATEWAYPOOL_CLUSTER_STATE: state.directory,
  };
}

/** Runs a command in the cluster's network, with this terminal; returns its exit code. */
export async function executeInside(
  state: StateLayout,
  programs: Programs,
  command: readonly string[],
): Promise<number> {
  const child = spawn('nsenter', [...enterNetwork(state), ...command], {
    stdio: 'inherit',
    env: insideEnvironment(state, programs, process.env),
  });
  // Ctrl-C reaches the child by the terminal; this process only has to outlive it.
  const forward = (name: NodeJS.Signals) => child.kill(name);
  process
    .on('SIGINT', () => undefined)
    .on('SIGTERM', forward)
    .on('SIGHUP', forward);
  const [code, signalName]: [number | null, NodeJS.Signals | null] = await closeOf(child);
  return code ?? 128 + (signalName === null ? 0 : constants.signals[signalName]);
}

async function closeOf(child: ReturnType<typeof spawn>): Promise<[number | null, NodeJS.Signals | null]> {
  const [code, signalName] = await once(child, 'close');
  return [code, signalName];
}

/** Runs kubectl as admin in the cluster's network and returns its stdout. */
export async function kubectlInside(state: StateLayout, programs: Programs, args: readonly string[]): Promise<string> {
  const kubectl = [programs.path('kubectl'), `--kubeconfig=${state.adminKubeconfig}`, ...args];
  return run('nsenter', [...enterNetwork(state), ...kubectl], { timeoutMilliseconds: 120_000 });
}
