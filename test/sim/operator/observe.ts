import { podsToAsk } from '../../../src/operator/plan/held.ts';
import type { ObservedGate } from '../../../src/operator/plan/gate.ts';
import type { Observation, ObservedPod, ObservedSlot, PodAnswer } from '../../../src/operator/plan/observation.ts';
import { slotNumber } from '../../../src/operator/plan/slots.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { SimDeployment, SimGate, SimPod } from '../cluster/objects.ts';
import type { Caches } from './caches.ts';

/** The real observation, from what this operator's caches say and what sidecars answer now. */
export function observe(cluster: Cluster, caches: Caches, clockRate: number): Observation {
  const seen = observeCaches(cluster, caches, clockRate);
  const asked = new Set(podsToAsk(seen).map(({ pod }) => pod.uid));
  if (asked.size === 0) return seen;

  const slots = seen.slots.map((slot) => ({
    ...slot,
    pods: slot.pods.map((pod) => (asked.has(pod.uid) ? { ...pod, answer: answerOf(cluster, pod.uid) } : pod)),
  }));
  return { ...seen, slots };
}

function observeCaches(cluster: Cluster, caches: Caches, clockRate: number): Observation {
  const pool = caches.read('pool');
  const gate = caches.read('gate');
  return {
    pool: {
      namespace: 'pam',
      name: 'prod',
      uid: pool.uid,
      generation: pool.generation,
      resourceVersion: String(pool.resourceVersion),
      deleting: false,
      status: pool.status,
      spec: pool.spec,
      revision: pool.spec.image,
    },
    slots: observedSlots(caches.read('deployments'), caches.read('pods')),
    gate: gate && observedGate(gate, (cluster.milliseconds - caches.gateKnownSince()) * clockRate),
    config: cluster.configIsValid
      ? { state: 'Valid', copy: 'prod-config-1' }
      : {
          state: 'Invalid',
          reason: 'KeyNotFound',
          message: 'Secret prod has no key config',
          lastGoodCopy: 'prod-config-1',
        },
    configCopies: ['prod-config-1'],
    conflicts: [],
    refusals: [],
  };
}

function observedGate({ gate, sealed, uid, resourceVersion }: SimGate, ageMilliseconds: number): ObservedGate {
  const version = { uid, resourceVersion: String(resourceVersion) };
  return sealed
    ? { readable: true, gate, ...version, ageMilliseconds }
    : { readable: false, problem: 'it is not as an operator wrote it', ...version };
}

function observedSlots(deployments: readonly SimDeployment[], pods: readonly SimPod[]): ObservedSlot[] {
  const names = new Set([...deployments, ...pods].map(({ slot }) => slot));
  return [...names]
    .map((name) => {
      const deployment = deployments.find(({ slot }) => slot === name);
      return {
        number: slotNumber('prod', name) ?? 0,
        name,
        deployment: deployment === undefined ? undefined : observedDeployment(deployment),
        pods: pods.filter(({ slot }) => slot === name).map(observedPod),
      };
    })
    .sort((left, right) => left.number - right.number);
}

function observedDeployment({
  uid,
  resourceVersion,
  replicas,
  revision,
  drift,
}: SimDeployment): ObservedSlot['deployment'] {
  return {
    uid,
    resourceVersion: String(resourceVersion),
    replicas,
    revision,
    deleting: false,
    drift,
    templateDrift: false,
    configCopy: 'prod-config-1',
  };
}

function observedPod({ name, uid, node, revision, terminating, nodeLost, started, ready }: SimPod): ObservedPod {
  return {
    name,
    uid,
    node,
    revision,
    configCopy: 'prod-config-1',
    terminating,
    ended: false,
    nodeLost,
    ready,
    balancerStarted: started,
    gatewayEverStarted: started,
    waiting: undefined,
    restarts: 0,
    answer: undefined,
  };
}

/** GET :15090/sessions of a pod, which cannot be reached on a lost node. */
function answerOf(cluster: Cluster, podUid: string): PodAnswer | undefined {
  const process = cluster.processes.get(podUid);
  const node = cluster.store.last('pods').find(({ uid }) => uid === podUid)?.node;
  if (process?.sidecarRuns !== true || node === undefined || cluster.lostNodes.has(node)) return undefined;
  return { held: process.held };
}
