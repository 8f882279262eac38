import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatewayRole, gatewayRoleBinding } from '../../../src/operator/render/gateway-role.ts';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { renderedPool } from '../../operator/render/rendered-pool.ts';
import type { TestPod } from './sidecar.ts';

/** The objects of one pool that its sidecars read, written by hand. */
export interface TestPool {
  readonly name: string;
  readonly namespace: string;
  readonly server: string;
  /** Holds the token and the CA of the pool's ServiceAccount, and the state folders of its pods. */
  readonly folder: string;
  /** Creates or replaces the one EndpointSlice of the pool. */
  writePods(pods: readonly EndpointOf[]): Promise<void>;
  deletePods(): Promise<void>;
  writeGate(seats: Readonly<Record<string, unknown>>): Promise<void>;
  writeSettings(text: string): Promise<void>;
  /** Beside the settings, as the operator does; null takes the list away. */
  writeDrains(text: string | null): Promise<void>;
  /** Takes the rights of the pool's ServiceAccount away, or gives them back. */
  grant(allowed: boolean): Promise<void>;
}

export interface EndpointOf {
  readonly pod: TestPod;
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

/** Creates a namespace with a ServiceAccount that has exactly the rights that the operator gives. */
export async function createTestPool(controlPlane: ControlPlane, namespace: string): Promise<TestPool> {
  const name = 'prod';
  const rendered = renderedPool();
  const folder = join(controlPlane.directory, namespace);
  await mkdir(folder);
  const apply = async (...objects: object[]): Promise<void> => {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await controlPlane.kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(list));
  };

  const pool = { ...rendered, name, namespace };
  const role = own(gatewayRole(pool));
  const binding = own(gatewayRoleBinding(pool));
  const account = binding.subjects[0]?.name ?? '';
  await controlPlane.kubectl(['create', 'namespace', namespace]);
  await controlPlane.kubectl(['create', 'serviceaccount', account, '-n', namespace]);
  await apply(role, binding);
  const token = await controlPlane.kubectl(['create', 'token', account, '-n', namespace]);
  await writeFile(join(folder, 'token'), token);
  await copyFile(controlPlane.caFile, join(folder, 'ca.crt'));

  return {
    name,
    namespace,
    server: controlPlane.server,
    folder,
    writePods: (pods) => apply(sliceOf(name, pods)),
    deletePods: async () => {
      await controlPlane.kubectl(['delete', 'endpointslices', '--all', '-n', namespace]);
    },
    writeGate: (seats) => apply(configMapOf(`${name}-seats`, 'seats.yaml', JSON.stringify(seats))),
    writeSettings: (text) => apply(configMapOf(`${name}-balancer`, 'balancer.yaml', text)),
    writeDrains: async (text) => {
      const patch = JSON.stringify({ data: { 'drains.yaml': text } });
      await controlPlane.kubectl([
        'patch',
        'configmap',
        `${name}-balancer`,
        '-n',
        namespace,
        '--type=merge',
        '-p',
        patch,
      ]);
    },
    grant: async (allowed) => {
      if (allowed) await apply(binding);
      else await controlPlane.kubectl(['delete', 'rolebinding', binding.metadata.name, '-n', namespace]);
    },
  };
}

/** Without the owner, which does not exist here. */
function own<T extends { metadata: object }>(object: T): T {
  return { ...object, metadata: { ...object.metadata, ownerReferences: [] } };
}

function configMapOf(name: string, key: string, text: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { [key]: text } };
}

function sliceOf(pool: string, pods: readonly EndpointOf[]): object {
  const service = `${pool}-instances`;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-x1`, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [],
    endpoints: pods.map(({ pod, ready = false, serving = ready, terminating = false }) => ({
      addresses: [pod.address],
      conditions: { ready, serving, terminating },
      hostname: pod.slot,
      targetRef: { kind: 'Pod', name: `${pod.slot}-${pod.uid}`, uid: pod.uid },
    })),
  };
}
