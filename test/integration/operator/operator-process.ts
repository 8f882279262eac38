import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** Where the plain installation puts the operator. */
export const operatorNamespace = 'gatewaypool-system';

/** The installed ServiceAccount, with no right but those that the installation gives it. */
const operatorUser = {
  name: 'operator',
  user: `system:serviceaccount:${operatorNamespace}:gatewaypool-operator`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${operatorNamespace}`, 'system:authenticated'],
};

/** Installs the CRD, the admission policy and the operator's rights, as a user without Helm does. Its pods find no node here. */
export async function installOperator(controlPlane: ControlPlane): Promise<void> {
  await controlPlane.kubectl(['apply', '--server-side', '-f', join(root, 'config', 'install.yaml')]);
  const definition = 'crd/gatewaypools.pam.gatewaypool.io';
  await controlPlane.kubectl(['wait', '--for=condition=Established', '--timeout=30s', definition]);
  // Until the type is really served, the first watches would fail and wait.
  await controlPlane.kubectl(['get', 'gatewaypools', '--all-namespaces']);
}

/** The real program in a process of its own. */
export interface OperatorProcess {
  readonly instance: string;
  /** Everything it wrote so far. */
  output(): string;
  /** Resolves when it has written `text`; throws with the end of its output after 60 s, and at once when it ended without. */
  wrote(text: string): Promise<void>;
  /** Its log, line by line. */
  log(): readonly { readonly msg: string; readonly [member: string]: unknown }[];
  /** Resolves with the exit code, or null after a signal. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  readonly child: ChildProcess;
}

export interface OperatorOptions {
  /** Who it is: `POD_NAME`. */
  readonly instance?: string;
  readonly flags?: readonly string[];
}

/** Starts the operator with the rights of the installed ServiceAccount. */
export async function startOperator(
  controlPlane: ControlPlane,
  { instance = 'operator-0', flags = [] }: OperatorOptions = {},
): Promise<OperatorProcess> {
  const kubeconfig = await controlPlane.kubeconfigFor(operatorUser);
  const child = spawn(
    process.execPath,
    [
      join(root, 'src', 'operator', 'main.ts'),
      '--kubeconfig',
      kubeconfig,
      '--namespace',
      operatorNamespace,
      '--balancer-image=registry.example/gatewaypool:1',
      '--metrics-port=0',
      '--health-port=0',
      '--log-level=debug',
      ...flags,
    ],
    { env: { ...process.env, POD_NAME: instance }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }

  const ended = () => child.exitCode !== null || child.signalCode !== null;

  return {
    instance,
    child,
    output: () => output,
    wrote: async (text) => {
      try {
        await until(`${instance} to write "${text}"`, 60_000, () => output.includes(text) || ended(), 5);
      } catch (error) {
        throw new Error(`its output ends with:\n${output.slice(-4000)}`, { cause: error });
      }
      if (!output.includes(text)) throw new Error(`${instance} ended without "${text}":\n${output.slice(-4000)}`);
    },
    log: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line): { msg: string } => JSON.parse(line)),
    stop: async (signal) => {
      if (!ended()) {
        child.kill(signal);
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
}
