import { type ClientPod, startClientPod } from '../harness/client-pod.ts';
import { makeBastionConfig } from '../harness/bastion-config.ts';
import { mustRun } from '../harness/command.ts';
import { installOperator } from '../harness/install.ts';
import { eventually } from '../harness/eventually.ts';
import { images } from '../harness/images.ts';
import { applyYaml, kubectl } from '../harness/kubectl.ts';
import { bastionManifest, configSecretManifest, type PoolSettings, webManifest } from '../harness/manifests.ts';
import { isReady, type Pool, waitForPool } from '../harness/pools.ts';

export const operatorNamespace = 'gatewaypool-system';

/** Where one test file does its work. */
export interface Environment {
  readonly namespace: string;
  readonly client: ClientPod;
  /** Deletes the namespace, and so every pool in it. */
  dispose(): Promise<void>;
}

/** Installs the operator when it is not there yet, makes a namespace of its own and a client pod in it. */
export async function prepareEnvironment(name: string): Promise<Environment> {
  await allNodesTakePods();
  await installOperator(operatorNamespace, images.product);
  const namespace = `e2e-${name}`;
  await applyYaml('default', `{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`);
  const client = await startClientPod({ namespace, name: 'client' }, images.client);
  const dispose = async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    // Gateways that ignore SIGTERM would keep their pods for the whole grace period.
    await kubectl(['delete', 'pods', '-n', namespace, '--all', '--force', '--grace-period=0']);
  };
  return { namespace, client, dispose };
}

/** After an outage that a test made, Kubernetes takes its time to trust the nodes again; pods placed meanwhile all land on one. */
async function allNodesTakePods(): Promise<void> {
  await kubectl(['wait', 'nodes', '--all', '--for=condition=Ready', '--timeout=60s'], { timeoutMilliseconds: 70_000 });
  await eventually('no node is tainted by the node controller', 60, async () => {
    const taints = await kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].spec.taints[*].key}']);
    return !taints.includes('node.kubernetes.io/');
  });
}

/** A pool of SSH bastions, Ready. */
export async function runBastionPool(
  environment: Environment,
  name: string,
  maxInstances: number,
  settings: PoolSettings = {},
): Promise<Pool> {
  const secret = configSecretManifest(`${name}-config`, await makeBastionConfig(environment.client));
  const pool = bastionManifest({ name, image: images.ssh, maxInstances, settings });
  return runPool(environment, name, `${secret}---\n${pool}`);
}

/** A pool of web gateways, Ready. */
export async function runWebPool(
  environment: Environment,
  name: string,
  maxInstances: number,
  settings: PoolSettings = {},
): Promise<Pool> {
  const secret = configSecretManifest(`${name}-config`, 'target none 22');
  const pool = webManifest({ name, image: images.web, maxInstances, settings });
  return runPool(environment, name, `${secret}---\n${pool}`);
}

/** Applies the objects of a pool and waits until it is Ready. */
export async function runPool({ namespace }: Environment, name: string, manifest: string): Promise<Pool> {
  const applied = await applyYaml(namespace, manifest);
  if (applied.code !== 0) throw new Error(applied.stderr);
  return waitForPool(namespace, name, 'Ready', 120, isReady);
}

/** A command of the test cluster itself, such as `node-down 2`. Only on the cluster that the tests started. */
export function cluster(...args: readonly string[]): Promise<string> {
  return mustRun(process.execPath, ['test/cluster/main.ts', ...args], { timeoutMilliseconds: 120_000 });
}

export const setUpMilliseconds = 240_000;
