import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { labels } from '../../../src/api/identity.ts';
import type { Drains } from '../../../src/balancer/drain/drains.ts';
import { drainsKey, parseDrains } from '../../../src/balancer/drain/drains.ts';
import { parseSeats, seatsKey } from '../../../src/balancer/seat/seats.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { configMapType } from '../../../src/operator/resources.ts';
import type { ConfigMap } from '../config-map.ts';
import type { TestCluster } from './cluster.ts';
import { find } from './cluster.ts';

const adminPort = 15_090;

interface Held {
  reason: string;
  message: string;
  seatsGeneration: number | null;
  waitsFor: string[];
}

/** Stands in for the sidecar of one pod: follows the start gate and the drains, and answers at /sessions. */
export interface Sidecar {
  readonly slot: string;
  readonly podUid: string;
  readonly address: string;
  readonly server: Server;
  held: Held | null;
  isBusy: boolean;
  isSilent: boolean;
  drains: Drains;
  /** When the order to drain was first seen. */
  drainsSince: number | undefined;
  /** The pod status that was reported last. */
  reported: string;
}

let addresses = 0;

/** Each on an address of its own: the operator asks all sidecars on the same port. */
export async function startSidecar({ metadata }: KubeObject): Promise<Sidecar> {
  addresses += 1;
  const address = `127.77.${process.pid % 250}.${addresses}`;
  const sidecar: Sidecar = {
    slot: metadata.labels?.[labels.slot] ?? '',
    podUid: metadata.uid ?? '',
    address,
    held: { reason: 'StartGate', message: 'not asked yet', seatsGeneration: null, waitsFor: [] },
    isBusy: false,
    isSilent: false,
    drains: { generation: 0, poolUid: '', poolGeneration: 0, draining: [] },
    drainsSince: undefined,
    reported: '',
    server: createServer((_request, response) => {
      if (sidecar.isSilent) return;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(sidecar)));
    }),
  };
  sidecar.server.listen(adminPort, address);
  await once(sidecar.server, 'listening');
  return sidecar;
}

function answer({ slot, podUid, held, isBusy, drains, drainsSince }: Sidecar): object {
  const sessions = isBusy ? 1 : 0;
  const order = drains.draining.find((drain) => drain.podUid === podUid);
  const deadline = order?.deadlineSeconds ?? Number.POSITIVE_INFINITY;
  const remainingSeconds = deadline - (performance.now() - (drainsSince ?? 0)) / 1000;
  return {
    sessions,
    transit: 0,
    backends: { [slot]: sessions },
    draining: order !== undefined,
    ending: false,
    held,
    drain: order === undefined ? null : { cause: 'Ordered', deadlineReached: remainingSeconds <= 0, remainingSeconds },
    knownDrains: drains.draining.map((drain) => drain.podUid),
    drainsGeneration: drains.generation,
    busyPeers: [],
  };
}

/** Takes up the drains that the operator ordered. */
export async function obey(cluster: TestCluster, pod: KubeObject, sidecar: Sidecar): Promise<void> {
  const pool = pod.metadata.labels?.[labels.pool] ?? '';
  const settings = await find<ConfigMap>(
    { cluster, namespace: pod.metadata.namespace ?? '' },
    configMapType,
    `${pool}-balancer`,
  );
  const parsed = parseDrains(settings?.data?.[drainsKey]);
  if (!parsed.ok) return;
  sidecar.drains = parsed.drains;
  sidecar.drainsSince = drainsNow(sidecar) ? (sidecar.drainsSince ?? performance.now()) : undefined;
}

/** Whether its pod was ordered to drain. */
export function drainsNow({ drains, podUid }: Sidecar): boolean {
  return drains.draining.some((drain) => drain.podUid === podUid);
}

/** Reads the start gate as a held sidecar does. */
export async function askGate(cluster: TestCluster, pod: KubeObject, sidecar: Sidecar): Promise<void> {
  const pool = pod.metadata.labels?.[labels.pool] ?? '';
  const slot = pod.metadata.labels?.[labels.slot] ?? '';
  const gate = await find<ConfigMap>(
    { cluster, namespace: pod.metadata.namespace ?? '' },
    configMapType,
    `${pool}-seats`,
  );
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
