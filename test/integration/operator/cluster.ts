import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import { gatewayPoolType, labels } from '../../../src/api/identity.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isNotFound } from '../../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { deploymentType } from '../../../src/operator/resources.ts';
import { connect } from '../connect.ts';
import { installOperator } from './operator-process.ts';

/** How long a test waits for anything at most. Only a bound: all of it is there within seconds, but not on every machine. */
export const waitMilliseconds = 45_000;

/** A namespace in a cluster: what a test works with. */
export interface Place {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** Everything that the operator wrote so far, for the error of a wait in vain. */
  readonly operatorOutput?: () => string;
}

/** A control plane with the operator's plain installation in it, and an administrator's client. */
export interface TestCluster {
  readonly controlPlane: ControlPlane;
  readonly client: KubeClient;
  /** A namespace of its own, so that tests do not see each other's objects. */
  namespace(): Promise<string>;
  stop(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  const controlPlane = await startControlPlane();
  await installOperator(controlPlane);
  const { client, close } = await connect(controlPlane.kubeconfigPath, 'test');
  let namespaces = 0;
  return {
    controlPlane,
    client,
    namespace: async () => {
      namespaces += 1;
      const name = `team-${namespaces}`;
      await controlPlane.kubectl(['create', 'namespace', name]);
      return name;
    },
    stop: async () => {
      close();
      await controlPlane.stop();
    },
  };
}

export interface Pool extends KubeObject {
  spec: Record<string, unknown>;
  status?: GatewayPoolStatus;
}

/** A pool `prod` that listens, of one instance unless said otherwise. */
export function poolIn(namespace: string, spec: Record<string, unknown> = {}, name = 'prod'): Pool {
  return {
    apiVersion: 'pam.gatewaypool.io/v1alpha1',
    kind: 'GatewayPool',
    metadata: { name, namespace },
    spec: {
      maxInstances: 1,
      image: 'registry.example/gateway:1',
      config: { secretName: 'gateway', as: { env: 'GATEWAY_CONFIG' } },
      listeners: [{ name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP' }],
      ...spec,
    },
  };
}

/** Creates the pool of `poolIn`. */
export function createPool(
  { cluster, namespace }: Place,
  spec: Record<string, unknown> = {},
  name = 'prod',
): Promise<Pool> {
  return cluster.client.create(gatewayPoolType, poolIn(namespace, spec, name));
}

/** Changes fields of the spec of pool `prod`, as `kubectl patch --type merge` does. */
export function setSpec({ cluster, namespace }: Place, spec: object): Promise<Pool> {
  return cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, { spec });
}

/** Creates the Secret `gateway` that the pools of a namespace share, labelled so that its changes are seen at once. */
export async function createConfig(place: Place, value = 'identity'): Promise<void> {
  await kubectl(place, ['create', 'secret', 'generic', 'gateway', `--from-literal=config=${value}`]);
  await kubectl(place, ['label', 'secret', 'gateway', 'pam.gatewaypool.io/config=true']);
}

/** Does what kubectl does, as an administrator in the namespace of the test, and returns what it prints. */
export function kubectl({ cluster, namespace }: Place, words: readonly string[]): Promise<string> {
  return cluster.controlPlane.kubectl([...words, '-n', namespace]);
}

/** Names of the slots that have a Deployment, sorted. */
export async function slotsOf({ cluster, namespace }: Place): Promise<string[]> {
  const { items } = await cluster.client.list(deploymentType, { namespace, labelSelector: labels.pool });
  return items.map(({ metadata }) => metadata.name).sort((left, right) => left.localeCompare(right));
}

/** The object, or undefined when there is none. */
export async function find<T extends KubeObject>(
  { cluster, namespace }: Place,
  type: ResourceType,
  name: string,
): Promise<T | undefined> {
  try {
    return await cluster.client.get<T>(type, { namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Waits until the pool's status has been computed from its newest spec and `check` agrees with it. */
export async function untilStatus(
  { cluster, namespace, operatorOutput }: Place,
  what: string,
  check: (status: GatewayPoolStatus) => boolean,
  name = 'prod',
  milliseconds = waitMilliseconds,
): Promise<GatewayPoolStatus> {
  let last: Pool | undefined;
  try {
    return await until(what, milliseconds, async () => {
      last = await cluster.client.get<Pool>(gatewayPoolType, { namespace, name });
      const { status } = last;
      if (status === undefined || status.observedGeneration !== last.metadata.generation) return undefined;
      return check(status) && status;
    });
  } catch (error) {
    const output =
      operatorOutput === undefined ? '' : `\nThe operator's output ends with:\n${operatorOutput().slice(-2000)}`;
    throw new Error(`${what}: the status is ${JSON.stringify(last?.status, null, 2)}${output}`, { cause: error });
  }
}

/** Status, reason and message of a condition. */
export function condition(
  status: GatewayPoolStatus,
  type: string,
): { status: string; reason: string; message: string } {
  const found = status.conditions?.find((each) => each.type === type);
  return { status: found?.status ?? 'absent', reason: found?.reason ?? '', message: found?.message ?? '' };
}
