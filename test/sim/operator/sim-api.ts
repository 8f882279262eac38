import type { Gate } from '../../../src/operator/plan/gate.ts';
import type {
  LiveDeployment,
  LivePod,
  LivePool,
  SeatApi,
  WrittenGate,
} from '../../../src/operator/seat-protocol/seat-api.ts';
import { publishedLimits, wantedLimits } from '../../../src/operator/plan/cap.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { removeDeployment, replaceDeployment, say } from '../cluster/cluster.ts';

/** How a request of an operator gets to the API server: when the simulation says so, and maybe never. */
export type Send = <Answer>(what: string, perform: () => Answer) => Promise<Answer>;

/** The requests of the seat protocol, on the simulated API server, with the rules that the real one keeps for them. */
export function simSeatApi(cluster: Cluster, send: Send): SeatApi {
  const { store } = cluster;
  return {
    readPool: () => send('GET pool', () => livePool(cluster)),
    listDeployments: () => send('LIST deployments', (): LiveDeployment[] => store.last('deployments').map(asLive)),
    listPods: () => send('LIST pods', () => livePods(cluster)),
    createGate: (gate) =>
      send('POST gate', () => (store.last('gate') === undefined ? storeGate(cluster, gate) : 'AlreadyExists')),
    replaceGate: (gate, expect) =>
      send('PUT gate', () =>
        String(store.last('gate')?.resourceVersion) === expect ? storeGate(cluster, gate) : 'Conflict',
      ),
    createDeployment: (slot) => send(`POST Deployment ${slot}`, () => createDeployment(cluster, slot)),
    touchDeployment: ({ uid, slot }) =>
      send(`PATCH Deployment ${slot}`, () => {
        if (!store.last('deployments').some((found) => found.uid === uid)) return 'Gone';
        replaceDeployment(cluster, uid, {});
        return 'Touched';
      }),
    deleteDeployment: (slot, uid, resourceVersion) =>
      send(`DELETE Deployment ${slot}`, () => deleteDeployment(cluster, uid, resourceVersion)),
  };
}

function livePool({ store }: Cluster): LivePool {
  const { uid, generation, spec, status } = store.last('pool');
  return {
    uid,
    generation,
    deleting: false,
    paused: spec.paused,
    limits: wantedLimits(spec),
    published: publishedLimits(status),
  };
}

function livePods({ store }: Cluster): LivePod[] {
  return store.last('pods').map(({ slot, uid, node, started }) => {
    return { slot, uid, placed: node !== undefined, ended: false, started };
  });
}

function asLive({
  slot,
  uid,
  resourceVersion,
}: {
  slot: string;
  uid: string;
  resourceVersion: number;
}): LiveDeployment {
  return { slot, uid, resourceVersion: String(resourceVersion) };
}

function storeGate(cluster: Cluster, gate: Gate): WrittenGate {
  const uid = cluster.store.last('gate')?.uid ?? cluster.nextUid('gate');
  const resourceVersion = cluster.nextVersion();
  cluster.store.write('gate', { uid, resourceVersion, gate, sealed: true });
  const seats = `[${gate.slots.join(' ')}]${gate.seated.length > 0 ? `, ${gate.seated.length} seated` : ''}`;
  const state = gate.rebuilding ? 'closed' : `${gate.mode} ${seats}`;
  say(
    cluster,
    `Gate: ${state}, max ${gate.maxInstances} - ${gate.externalInstances} external, for generation ${gate.poolGeneration}`,
  );
  return { uid, resourceVersion: String(resourceVersion) };
}

function createDeployment(cluster: Cluster, slot: string): 'Created' | 'AlreadyExists' {
  const deployments = cluster.store.last('deployments');
  if (deployments.some((found) => found.slot === slot)) return 'AlreadyExists';

  const resourceVersion = cluster.nextVersion();
  const { image } = cluster.store.last('pool').spec;
  cluster.store.write('deployments', [
    ...deployments,
    { slot, uid: cluster.nextUid('deployment'), resourceVersion, replicas: 1, revision: image, drift: [] },
  ]);
  say(cluster, `Deployment ${slot} created`);
  return 'Created';
}

function deleteDeployment(cluster: Cluster, uid: string, resourceVersion: string): 'Deleted' | 'Conflict' {
  const found = cluster.store.last('deployments').find((deployment) => deployment.uid === uid);
  if (found === undefined || String(found.resourceVersion) !== resourceVersion) return 'Conflict';

  say(cluster, `Deployment ${found.slot} deleted by the operator`);
  cluster.onOccurrence({ kind: 'OperatorDeleted', deployment: found });
  removeDeployment(cluster, uid);
  return 'Deleted';
}
