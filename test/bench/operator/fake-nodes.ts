import type { V1Container, V1ContainerStatus } from '@kubernetes/client-node';
import { pino } from 'pino';
import { Store } from '../../../src/kube/cache/store.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { kubeconfigConnection } from '../../../src/kube/credentials/kubeconfig.ts';
import { isConflict, isNotFound } from '../../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { resourcePath } from '../../../src/kube/object.ts';
import { Reflector } from '../../../src/kube/reflector/reflector.ts';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import type { KubeTransport } from '../../../src/kube/transport/transport.ts';

interface Pod extends KubeObject {
  spec: { nodeName?: string; containers: V1Container[]; initContainers?: V1Container[] };
  status?: { phase?: string };
}

/** Statuses with times as they are on the wire. */
type ContainerStatus = Omit<V1ContainerStatus, 'state'> & { state: { running: { startedAt: string } } };

const podType: ResourceType = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };
const nodeType: ResourceType = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };
const leaseType: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};
const leaseNamespace = 'kube-node-lease';
/** The node controller of the test control plane waits 10 s. */
const heartbeatMilliseconds = 3000;
const nodeNames = ['fake-1', 'fake-2', 'fake-3'];

/**
 * Stands in for scheduler and kubelets, as kwok does: gives every pod a node, then says that all its containers run and are ready. No
 * container runs. Ends with the signal.
 */
export async function runFakeNodes(kubeconfigPath: string, signal: AbortSignal): Promise<void> {
  const transport = createTransport(await kubeconfigConnection({ path: kubeconfigPath }), { userAgent: 'fake-nodes' });
  await Promise.all(nodeNames.map((name) => registerNode(transport, name)));

  const pods = new Store<Pod>({});
  let placed = 0;
  pods.onChange(({ new: pod }) => {
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    const step = pod.spec.nodeName === undefined ? bind(transport, pod, placed++) : start(transport, pod);
    step.catch((error: unknown) => {
      // Deleted or bound meanwhile, or we are ending.
      if (!isNotFound(error) && !isConflict(error) && !signal.aborted) throw error;
    });
  });
  const reflector = new Reflector<Pod>({
    type: podType,
    transport,
    store: pods,
    clock: systemClock,
    random: Math.random,
    logger: pino({ level: 'silent' }),
  });
  await Promise.all([reflector.run(signal), ...nodeNames.map((name) => heartbeat(transport, name, signal))]);
  transport.close();
}

async function bind(transport: KubeTransport, pod: Pod, turn: number): Promise<void> {
  const { name, namespace = '' } = pod.metadata;
  const node = nodeNames[turn % nodeNames.length];
  await transport.request({
    method: 'POST',
    path: resourcePath(podType, { namespace, name, subresource: 'binding' }),
    body: {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    },
  });
}

async function start(transport: KubeTransport, pod: Pod): Promise<void> {
  if (pod.status?.phase === 'Running') return;
  const { name, namespace = '', resourceVersion = '' } = pod.metadata;
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  // Of a range that is never routed (RFC 5737): nobody is there.
  const podIP = `198.51.100.${1 + (Number(resourceVersion) % 254)}`;
  await transport.request({
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    path: resourcePath(podType, { namespace, name, subresource: 'status' }),
    body: {
      status: {
        phase: 'Running',
        startTime: now,
        hostIP: '203.0.113.1',
        podIP,
        podIPs: [{ ip: podIP }],
        conditions: conditions.map((type) => ({ type, status: 'True', lastTransitionTime: now })),
        initContainerStatuses: (pod.spec.initContainers ?? []).map((container) => running(container, now)),
        containerStatuses: pod.spec.containers.map((container) => running(container, now)),
      },
    },
  });
}

function running({ name, image = '' }: V1Container, since: string): ContainerStatus {
  return {
    name,
    image,
    imageID: '',
    containerID: `fake://${name}`,
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: since } },
  };
}

async function registerNode(transport: KubeTransport, name: string): Promise<void> {
  const now = new Date().toISOString();
  await transport.request({
    method: 'POST',
    path: resourcePath(nodeType, {}),
    body: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      status: {
        capacity: { cpu: '32', memory: '64Gi', pods: '110' },
        allocatable: { cpu: '32', memory: '64Gi', pods: '110' },
        conditions: [
          { type: 'Ready', status: 'True', reason: 'FakeReady', lastHeartbeatTime: now, lastTransitionTime: now },
        ],
      },
    },
  });
  const spec = { holderIdentity: name, leaseDurationSeconds: 40 };
  await transport.request({
    method: 'POST',
    path: resourcePath(leaseType, { namespace: leaseNamespace }),
    body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: leaseNamespace }, spec },
  });
}

async function heartbeat(transport: KubeTransport, name: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // The Lease wants six digits (metav1.MicroTime).
    const renewTime = new Date().toISOString().replace('Z', '000Z');
    try {
      await transport.request({
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        path: resourcePath(leaseType, { namespace: leaseNamespace, name }),
        body: { spec: { renewTime } },
        signal,
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    await systemClock.sleep(heartbeatMilliseconds, signal);
  }
}
