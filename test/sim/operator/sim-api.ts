import { publishedLimits, wantedLimits } from '../../../src/operator/plan/cap.ts';
import { countedPod } from '../../../src/operator/plan/busy.ts';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import type { PodAnswer } from '../../../src/operator/plan/observation.ts';
import type {
  LiveDeployment,
  LivePod,
  LivePool,
  SeatApi,
  WrittenGate,
} from '../../../src/operator/seat-protocol/seat-api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { removeDeployment, replaceDeployment, say } from '../cluster/cluster.ts';
import type { SimDeployment, SimPod } from '../cluster/objects.ts';
import { answerOf } from '../cluster/sidecar.ts';
import type { SimTemplate } from '../cluster/template.ts';
import type { Intent } from './intent.ts';
import { observedPod } from './observe.ts';
import { replaceTemplate } from './replace-template.ts';
import { writeDrains } from './write-drains.ts';

/** How a request of an operator gets to the API server: when the simulation says so, and maybe never. */
export type Send = <Answer>(what: string, perform: () => Answer) => Promise<Answer>;

/** The requests of the seat protocol, on the simulated API server, with the rules that the real one keeps for them. */
export function simSeatApi(cluster: Cluster, send: Send, intent: Intent, template: SimTemplate): SeatApi {
  const { store } = cluster;
  return {
    readPool: () =>
      send('GET pool', () => {
        intent.look.spec = store.last('pool').spec;
        return livePool(cluster);
      }),
    listDeployments: () => send('LIST deployments', (): LiveDeployment[] => store.last('deployments').map(asLive)),
    listPods: () =>
      send('LIST pods', () => {
        intent.look.pods = store.last('pods');
        intent.look.deployments = store.last('deployments');
        return intent.look.pods.map((pod) => livePod(cluster, pod));
      }),
    createGate: (gate) =>
      send('POST gate', () => (store.last('gate') === undefined ? storeGate(cluster, gate) : 'AlreadyExists')),
    replaceGate: (gate, expect) =>
      send('PUT gate', () =>
        String(store.last('gate')?.resourceVersion) === expect ? storeGate(cluster, gate) : 'Conflict',
      ),
    createDeployment: (slot) =>
      send(`POST Deployment ${slot}`, () => createDeployment(cluster, slot, template, intent)),
    touchDeployment: ({ uid, slot, resourceVersion }) =>
      send(`PATCH Deployment ${slot}`, () => {
        const found = store.last('deployments').find((deployment) => deployment.uid === uid);
        const isThere = resourceVersion === undefined || String(found?.resourceVersion) === resourceVersion;
        if (found === undefined || !isThere) return 'Gone';
        replaceDeployment(cluster, uid, {});
        return 'Touched';
      }),
    deleteDeployment: (slot, uid, resourceVersion) =>
      send(`DELETE Deployment ${slot}`, () => deleteDeployment(cluster, uid, resourceVersion, intent)),
    replaceTemplate: (slot, uid, resourceVersion, wanted) =>
      send(`APPLY Deployment ${slot}`, () => {
        const found = findAt(cluster, uid, resourceVersion);
        return found === undefined ? 'Conflict' : replaceTemplate(cluster, found, wanted, template, intent);
      }),
    noteFailure: (slot, uid, resourceVersion, failedRevision) =>
      send(`PATCH Deployment ${slot}`, () => {
        if (findAt(cluster, uid, resourceVersion) === undefined) return 'Conflict';
        replaceDeployment(cluster, uid, { failedRevision, lastGood: undefined });
        say(cluster, `Deployment ${slot} has nothing to go back to from ${failedRevision}`);
        return 'Noted';
      }),
    writeDrains: (drains, expect) => send('PATCH drains', () => writeDrains(cluster, drains, expect, intent)),
    askSidecars: async (pods) => {
      const answers = await Promise.all(
        pods.map(({ uid, name }) => send(`GET sessions of ${name}`, () => ask(cluster, uid, intent))),
      );
      return new Map(answers.filter((answer) => answer !== undefined));
    },
  };
}

/** Note: each sidecar is asked at its own moment, and the world goes on between them. */
function ask(cluster: Cluster, uid: string, { look }: Intent): [string, PodAnswer] | undefined {
  const answer = answerOf(cluster, uid);
  if (answer === undefined) return undefined;
  look.askedMilliseconds.set(uid, cluster.milliseconds);
  return [uid, answer];
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

function livePod(cluster: Cluster, pod: SimPod): LivePod {
  const { answer: _notAsked, ...counted } = countedPod(
    pod.slot,
    observedPod(pod, cluster.store.last('cordoned'), 0),
    undefined,
  );
  return { ...counted, address: pod.node === undefined ? undefined : pod.uid };
}

function asLive({ slot, uid, resourceVersion }: SimDeployment): LiveDeployment {
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

function createDeployment(
  cluster: Cluster,
  slot: string,
  template: SimTemplate,
  intent: Intent,
): 'Created' | 'AlreadyExists' {
  const deployments = cluster.store.last('deployments');
  if (deployments.some((found) => found.slot === slot)) return 'AlreadyExists';

  cluster.onOccurrence({ kind: 'SlotCreated', slot, template, intent });
  const created: SimDeployment = {
    slot,
    uid: cluster.nextUid('deployment'),
    resourceVersion: cluster.nextVersion(),
    replicas: 1,
    template,
    replicaSets: [],
    drift: [],
    lastGood: undefined,
    failedRevision: undefined,
    stopRequested: false,
    reported: { template: '', updated: false, available: false },
  };
  cluster.store.write('deployments', [...deployments, created]);
  say(cluster, `Deployment ${slot} created`);
  return 'Created';
}

function deleteDeployment(
  cluster: Cluster,
  uid: string,
  resourceVersion: string,
  intent: Intent,
): 'Deleted' | 'Conflict' {
  const found = findAt(cluster, uid, resourceVersion);
  if (found === undefined) return 'Conflict';

  say(cluster, `Deployment ${found.slot} deleted by the operator`);
  cluster.onOccurrence({ kind: 'SlotDeleted', deployment: found, intent });
  removeDeployment(cluster, uid);
  return 'Deleted';
}

function findAt({ store }: Cluster, uid: string, resourceVersion: string): SimDeployment | undefined {
  const found = store.last('deployments').find((deployment) => deployment.uid === uid);
  return String(found?.resourceVersion) === resourceVersion ? found : undefined;
}
