import { setTimeout as sleep } from 'node:timers/promises';
import { labels } from '../../../src/api/identity.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { nodeType, podType } from '../../../src/operator/resources.ts';
import type { Place, TestCluster } from './cluster.ts';
import type { Sidecar } from './stand-in-sidecar.ts';
import { askGate, drainsNow, obey, startSidecar } from './stand-in-sidecar.ts';

export interface Pod extends KubeObject {
  spec: { nodeName?: string; containers?: { name: string; image: string }[] };
  status?: { conditions?: { type: string; status: string; lastTransitionTime?: string }[] };
}

const leaseType: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

const pollMilliseconds = 100;
const heartbeatMilliseconds = 1000;

/** A gateway of this image ends as soon as it starts. */
export const crashingImage = 'registry.example/gateway:crashes';

/**
 * Stands in for a scheduler, a kubelet and the sidecars on one node, as far as the operator can see them: places the pods of a namespace,
 * lets their gateways start when the start gate does, answers at /sessions, drains who is ordered to, and ends terminating pods once
 * they are idle.
 */
export interface StandInNode {
  readonly name: string;
  /** Pods whose gateways were let through, by uid: what guarantee G1 counts. */
  readonly started: ReadonlySet<string>;
  /** Pods that have a session: they do not end when they are told to. By name. */
  readonly busy: Set<string>;
  /** Pods whose sidecars answer nobody. By name. */
  readonly silent: Set<string>;
  /** How long a pod is there before its sidecar runs. */
  startMilliseconds: number;
  /** What the sidecar writes into its termination log when the pod ends. By the pod's name. */
  readonly lastWords: Map<string, string>;
  close(): Promise<void>;
}

export async function startNode({ cluster, namespace }: Place): Promise<StandInNode> {
  const nodeName = `node-of-${namespace}`;
  await createNode(cluster, nodeName);
  const stop = new AbortController();
  const started = new Set<string>();
  const busy = new Set<string>();
  const silent = new Set<string>();
  const lastWords = new Map<string, string>();
  const sidecars = new Map<string, Sidecar>();
  const seenAt = new Map<string, number>();
  const node: StandInNode = {
    name: nodeName,
    started,
    busy,
    silent,
    startMilliseconds: 0,
    lastWords,
    close: async () => {
      stop.abort();
      await running;
      for (const { server } of sidecars.values()) server.close();
    },
  };

  const round = async (): Promise<void> => {
    const { items } = await cluster.client.list<Pod>(podType, { namespace, labelSelector: labels.pool });
    for (const pod of items) {
      const { uid = '', name, deletionTimestamp } = pod.metadata;
      const sidecar = sidecars.get(uid) ?? (await startSidecar(pod));
      sidecars.set(uid, sidecar);
      sidecar.isBusy = busy.has(name);
      sidecar.isSilent = silent.has(name);
      if (deletionTimestamp !== undefined) {
        if (!busy.has(name)) await end(cluster, pod, sidecar, lastWords.get(name));
        continue;
      }
      if (pod.spec.nodeName === undefined) await place(cluster, pod, nodeName);
      if (!seenAt.has(uid)) seenAt.set(uid, performance.now());
      const runs = performance.now() - (seenAt.get(uid) ?? 0) >= node.startMilliseconds;
      // A gateway that was let through never asks again.
      if (runs && !started.has(uid)) await askGate(cluster, pod, sidecar);
      if (sidecar.held === null) started.add(uid);
      await obey(cluster, pod, sidecar);
      await report(cluster, pod, sidecar);
    }
  };

  const running = (async () => {
    let beat = Number.NEGATIVE_INFINITY;
    while (!stop.signal.aborted) {
      const isDue = performance.now() - beat >= heartbeatMilliseconds;
      if (isDue) beat = performance.now();
      // The API server is away in some tests; a kubelet goes on then.
      await (isDue ? heartbeat(cluster, nodeName) : round()).catch(() => undefined);
      await sleep(pollMilliseconds);
    }
  })();
  return node;
}

async function place(cluster: TestCluster, pod: Pod, node: string): Promise<void> {
  const { name, namespace = '' } = pod.metadata;
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
  await cluster.controlPlane.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(binding));
}

async function report(cluster: TestCluster, pod: Pod, sidecar: Sidecar): Promise<void> {
  const { held, address } = sidecar;
  const isStarted = held === null;
  const crashes = pod.spec.containers?.some(({ image }) => image === crashingImage) === true;
  const shouldBeReady = isStarted && !crashes && !drainsNow(sidecar);
  const gateway = crashes ? { restartCount: 3, state: crashLoop, lastState: { terminated: { exitCode: 1 } } } : {};
  const status = {
    phase: isStarted ? 'Running' : 'Pending',
    podIP: address,
    podIPs: [{ ip: address }],
    initContainerStatuses: [{ ...container('balancer', isStarted), state: { running: {} } }],
    containerStatuses: [{ ...container('gateway', isStarted && !crashes), ...(isStarted ? gateway : {}) }],
  };
  const reported = JSON.stringify({ shouldBeReady, status });
  // Also when somebody else changed it: of a node that was away, Kubernetes calls all pods not Ready.
  if (reported === sidecar.reported && shouldBeReady === isReady(pod)) return;

  const conditions = [conditionOf(pod, 'Initialized', isStarted), conditionOf(pod, 'Ready', shouldBeReady)];
  await cluster.client.mergePatch(
    podType,
    pod.metadata,
    { status: { ...status, conditions } },
    { subresource: 'status' },
  );
  sidecar.reported = reported;
}

/** The pod's condition Ready, as Kubernetes shows it. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

const crashLoop = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container gateway' } };

function container(name: string, isRunning: boolean) {
  return {
    name,
    image: 'registry.example/any',
    imageID: '',
    restartCount: 0,
    ready: isRunning,
    started: isRunning,
    state: isRunning ? { running: {} } : { waiting: { reason: 'PodInitializing' } },
  };
}

/** The time of the last change counts: `minReadySeconds` are measured from it. */
function conditionOf({ status }: Pod, type: string, holds: boolean) {
  const value = holds ? 'True' : 'False';
  const before = status?.conditions?.find((condition) => condition.type === type);
  const now = new Date().toISOString().replace(/\.\d+Z$/u, 'Z');
  return { type, status: value, lastTransitionTime: before?.status === value ? before.lastTransitionTime : now };
}

async function end(cluster: TestCluster, pod: Pod, sidecar: Sidecar, lastWords: string | undefined): Promise<void> {
  const { name, namespace = '' } = pod.metadata;
  if (lastWords !== undefined) {
    const finishedAt = new Date().toISOString();
    const terminated = { exitCode: 0, message: lastWords, finishedAt, startedAt: finishedAt };
    const status = { initContainerStatuses: [{ ...container('balancer', false), state: { terminated } }] };
    await cluster.client.mergePatch(podType, pod.metadata, { status }, { subresource: 'status' });
  }
  sidecar.server.close();
  await cluster.controlPlane.kubectl([
    'delete',
    'pod',
    name,
    '-n',
    namespace,
    '--grace-period=0',
    '--force',
    '--wait=false',
  ]);
}

async function createNode(cluster: TestCluster, name: string): Promise<void> {
  await cluster.client.create<KubeObject>(nodeType, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
  const namespace = 'kube-node-lease';
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: leaseSpec(name),
  };
  await cluster.client.create<KubeObject>(leaseType, lease);
  await heartbeat(cluster, name);
}

/** Without it the node would be called lost after 10 s, and its pods evicted. */
async function heartbeat(cluster: TestCluster, node: string): Promise<void> {
  const lease = { namespace: 'kube-node-lease', name: node };
  await cluster.client.mergePatch(leaseType, lease, { spec: leaseSpec(node) });
  const status = { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }] };
  await cluster.client.mergePatch(nodeType, { name: node }, { status }, { subresource: 'status' });
}

function leaseSpec(node: string): object {
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  return { holderIdentity: node, leaseDurationSeconds: 40, renewTime };
}
