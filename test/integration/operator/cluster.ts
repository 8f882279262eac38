import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import { gatewayPoolType } from '../../../src/api/identity.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isNotFound } from '../../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { connect } from '../connect.ts';
import { installOperator } from './operator-process.ts';

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

/** Creates the Secret `gateway` that the pools of a namespace share, labelled so that its changes are seen at once. */
export async function createConfig(cluster: TestCluster, namespace: string, value = 'identity'): Promise<void> {
  const { controlPlane } = cluster;
  await controlPlane.kubectl([
    'create',
    'secret',
    'generic',
    'gateway',
    '-n',
    namespace,
    `--from-literal=config=${value}`,
  ]);
  await controlPlane.kubectl(['label', 'secret', 'gateway', '-n', namespace, 'pam.gatewaypool.io/config=true']);
}

/** The object, or undefined when there is none. */
export async function find<T extends KubeObject>(
  cluster: TestCluster,
  type: ResourceType,
  namespace: string,
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
  cluster: TestCluster,
  namespace: string,
  what: string,
  check: (status: GatewayPoolStatus) => boolean,
  name = 'prod',
  milliseconds = 15_000,
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
    throw new Error(`${what}: the status is ${JSON.stringify(last?.status, null, 2)}`, { cause: error });
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
