import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { labels } from '../../../src/api/identity.ts';
import { parseSeats, seatsKey } from '../../../src/balancer/seat/seats.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { configMapType, nodeType, podType } from '../../../src/operator/resources.ts';
import type { ConfigMap } from '../config-map.ts';
import type { TestCluster } from './cluster.ts';
import { find } from './cluster.ts';

export interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status?: { conditions?: { type: string; status: string }[] };
}

const leaseType: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

const adminPort = 15_090;
const pollMilliseconds = 100;
const heartbeatMilliseconds = 1000;

/**
 * Stands in for a scheduler, a kubelet and the sidecars on one node, as far as the operator can see them: places the pods of a namespace,
 * lets their gateways start when the start gate does, answers at /sessions, and ends terminating pods once they are idle.
 */
export interface StandInNode {
  /** Pods whose gateways were let through, by uid: what guarantee G1 counts. */
  readonly started: ReadonlySet<string>;
  /** Pods that have sessions: they do not end when they are told to. By name. */
  readonly busy: Set<string>;
  close(): Promise<void>;
}

export async function startNode(cluster: TestCluster, namespace: string): Promise<StandInNode> {
  const node = `node-of-${namespace}`;
  await createNode(cluster, node);
  const stop = new AbortController();
  const started = new Set<string>();
  const busy = new Set<string>();
  const sidecars = new Map<string, Sidecar>();

  const round = async (): Promise<void> => {
    const { items } = await cluster.client.list<Pod>(podType, { namespace, labelSelector: labels.pool });
    for (const pod of items) {
      const uid = pod.metadata.uid ?? '';
      if (pod.metadata.deletionTimestamp !== undefined) {
        if (!busy.has(pod.metadata.name)) await end(cluster, pod);
        continue;
      }
      const sidecar = sidecars.get(uid) ?? (await startSidecar());
      sidecars.set(uid, sidecar);
      if (pod.spec.nodeName === undefined) await place(cluster, pod, node);
      if (started.has(uid) && isReady(pod)) continue;

      // A gateway that was let through never asks again.
      if (!started.has(uid)) await askGate(cluster, pod, sidecar);
      if (sidecar.held === null) started.add(uid);
      await report(cluster, pod, sidecar);
    }
  };

  const running = (async () => {
    let beat = Number.NEGATIVE_INFINITY;
    while (!stop.signal.aborted) {
      const isDue = performance.now() - beat >= heartbeatMilliseconds;
      if (isDue) beat = performance.now();
      // The API server is away in some tests; a kubelet goes on then.
      await (isDue ? heartbeat(cluster, node) : round()).catch(() => undefined);
      await sleep(pollMilliseconds);
    }
  })();
  return {
    started,
    busy,
    close: async () => {
      stop.abort();
      await running;
      for (const { server } of sidecars.values()) server.close();
    },
  };
}

interface Held {
  reason: string;
  message: string;
  seatsGeneration: number | null;
  waitsFor: string[];
}

interface Sidecar {
  readonly address: string;
  readonly server: Server;
  held: Held | null;
}

let addresses = 0;

/** Each on an address of its own: the operator asks all sidecars on the same port. */
async function startSidecar(): Promise<Sidecar> {
  addresses += 1;
  const address = `127.77.${process.pid % 250}.${addresses}`;
  const sidecar: Sidecar = {
    address,
    held: { reason: 'StartGate', message: 'not asked yet', seatsGeneration: null, waitsFor: [] },
    server: createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ sessions: 0, transit: 0, draining: false, held: sidecar.held, backends: {} }));
    }),
  };
  sidecar.server.listen(adminPort, address);
  await once(sidecar.server, 'listening');
  return sidecar;
}

async function askGate(cluster: TestCluster, pod: Pod, sidecar: Sidecar): Promise<void> {
  const pool = pod.metadata.labels?.[labels.pool] ?? '';
  const slot = pod.metadata.labels?.[labels.slot] ?? '';
  const gate = await find<ConfigMap>(cluster, configMapType, pod.metadata.namespace ?? '', `${pool}-seats`);
  const parsed = parseSeats(gate?.data?.[seatsKey] ?? '');
  const held = { reason: 'StartGate', message: 'the gate does not let it', seatsGeneration: null, waitsFor: [] };
  if (!parsed.ok) {
    sidecar.held = held;
    return;
  }
  const { generation, mode, seated, slots } = parsed.seats;
  const mayStart = slots.includes(slot) && (mode === 'SelfHeal' || seated.includes(pod.metadata.uid ?? ''));
  sidecar.held = mayStart ? null : { ...held, seatsGeneration: generation };
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

async function report(cluster: TestCluster, pod: Pod, { held, address }: Sidecar): Promise<void> {
  const isStarted = held === null;
  const container = (name: string, isRunning: boolean) => ({
    name,
    image: 'registry.example/any',
    imageID: '',
    restartCount: 0,
    ready: isRunning,
    started: isRunning,
    state: isRunning ? { running: {} } : { waiting: { reason: 'PodInitializing' } },
  });
  const status = {
    phase: isStarted ? 'Running' : 'Pending',
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: [{ type: 'Ready', status: isStarted ? 'True' : 'False' }],
    initContainerStatuses: [{ ...container('balancer', isStarted), state: { running: {} } }],
    containerStatuses: [container('gateway', isStarted)],
  };
  await cluster.client.mergePatch(podType, pod.metadata, { status }, { subresource: 'status' });
}

async function end(cluster: TestCluster, { metadata }: Pod): Promise<void> {
  const { name, namespace = '' } = metadata;
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

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
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
