import type { ObservedGate } from '../../../src/operator/plan/gate.ts';
import { podsToAsk } from '../../../src/operator/plan/pods-to-ask.ts';
import type {
  ConfigCheck,
  Observation,
  ObservedDeployment,
  ObservedPod,
  ObservedSlot,
} from '../../../src/operator/plan/observation.ts';
import { slotNumber } from '../../../src/operator/plan/slots.ts';
import { shutdownSeconds } from '../../../src/operator/render/pod-template.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Collections, SimDeployment, SimGate, SimPod, SimSecret } from '../cluster/objects.ts';
import { answerOf } from '../cluster/sidecar.ts';
import { configOfCopy, copyNamed, isEdited, keyOf, revisionNamed } from '../cluster/template.ts';
import type { Caches } from './caches.ts';

/** Who observes. */
export interface Observer {
  readonly clock: OperatorClock;
  /** The image of the sidecar that pods get which start now. */
  readonly sidecar: string;
}

/** `skewMilliseconds`: how far its wall clock is off; `rate`: how fast its monotonic clock goes. */
export interface OperatorClock {
  readonly skewMilliseconds: number;
  readonly rate: number;
}

/** The real observation, from what this operator's caches say and what sidecars answer now. */
export function observe(cluster: Cluster, caches: Caches, { clock, sidecar }: Observer): Observation {
  const seen = observeCaches(cluster, caches, clock.rate, sidecar);
  const asked = new Set(podsToAsk(seen).map(({ pod }) => pod.uid));
  if (asked.size === 0) return seen;

  const slots = seen.slots.map((slot) => ({
    ...slot,
    pods: slot.pods.map((pod) => (asked.has(pod.uid) ? { ...pod, answer: answerOf(cluster, pod.uid) } : pod)),
  }));
  return { ...seen, slots };
}

function observeCaches(cluster: Cluster, caches: Caches, clockRate: number, balancerImage: string): Observation {
  const pool = caches.read('pool');
  const gate = caches.read('gate');
  const drains = caches.read('drains');
  caches.seeDraining(new Set(drains?.draining.map(({ podUid }) => podUid)));
  const config = configCheck(caches.read('secret'));
  const copy = config.state === 'Valid' ? config.copy : (config.lastGoodCopy ?? '');
  const revisionWith = (value: number): string => revisionNamed(pool.spec.image, value, pool.restart);
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
      revision: revisionWith(configOfCopy(copy)),
    },
    slots: observedSlots(
      caches,
      revisionWith,
      (pod) => (cluster.milliseconds - caches.progressKnownSince(pod)) * clockRate,
    ),
    gate: gate && observedGate(gate, (cluster.milliseconds - caches.gateKnownSince()) * clockRate),
    drains: drains && { ...drains, resourceVersion: String(drains.resourceVersion) },
    drainsAgeMilliseconds: 0,
    balancerImage,
    config,
    tls: { state: 'NotUsed' },
    configCopies: [copy],
    conflicts: [],
    refusals: [],
  };
}

function configCheck({ value, valid, lastGood }: SimSecret): ConfigCheck {
  if (valid) return { state: 'Valid', copy: copyNamed(value) };
  const message = 'Secret prod has no key config';
  return { state: 'Invalid', reason: 'KeyNotFound', message, lastGoodCopy: copyNamed(lastGood) };
}

function observedGate({ gate, sealed, uid, resourceVersion }: SimGate, ageMilliseconds: number): ObservedGate {
  const version = { uid, resourceVersion: String(resourceVersion) };
  return sealed
    ? { readable: true, gate, ...version, ageMilliseconds }
    : { readable: false, problem: 'it is not as an operator wrote it', ...version };
}

function observedSlots(
  caches: Caches,
  revisionWith: (config: number) => string,
  progressMilliseconds: (pod: SimPod) => number,
): ObservedSlot[] {
  const [deployments, pods] = [caches.read('deployments'), caches.read('pods')];
  const cordoned = caches.read('cordoned');
  const names = new Set([...deployments, ...pods].map(({ slot }) => slot));
  return [...names]
    .map((name) => {
      const deployment = deployments.find(({ slot }) => slot === name);
      return {
        number: slotNumber('prod', name) ?? 0,
        name,
        deployment: deployment === undefined ? undefined : observedDeployment(deployment, revisionWith),
        pods: pods
          .filter(({ slot }) => slot === name)
          .map((pod) => observedPod(pod, cordoned, progressMilliseconds(pod))),
      };
    })
    .sort((left, right) => left.number - right.number);
}

function observedDeployment(deployment: SimDeployment, revisionWith: (config: number) => string): ObservedDeployment {
  const { uid, resourceVersion, replicas, template, reported, drift } = deployment;
  const { lastGood, failedRevision, stopRequested } = deployment;
  return {
    uid,
    resourceVersion: String(resourceVersion),
    replicas,
    revision: template.revision,
    deleting: false,
    drift,
    editedSettings: [],
    templateDrift: isEdited(template),
    configCopy: copyNamed(template.config),
    differsBesidesConfig: template.revision !== revisionWith(template.config),
    available: reported.available && reported.template === keyOf(template),
    updated: reported.updated && reported.template === keyOf(template),
    lastGood,
    failedRevision,
    stopRequested,
  };
}

export function observedPod(pod: SimPod, cordoned: Collections['cordoned'], progressMilliseconds: number): ObservedPod {
  const since = progressSince(pod);
  const { name, uid, node, template, terminating, nodeLost, report } = pod;
  return {
    name,
    uid,
    node,
    revision: template.revision,
    configCopy: copyNamed(template.config),
    terminating,
    endsAt: endOf(pod),
    ended: false,
    nodeLost,
    ready: report.ready,
    balancerStarted: report.started,
    balancerEverRan: report.sidecarRan,
    gatewayEverStarted: report.gatewayEverStarted,
    waiting: report.waiting,
    restarts: report.restarts,
    // Note: for longer than it takes to become ready. What is said earlier depends on nothing that the simulation is about.
    gatewayRunsMilliseconds: report.gatewayEverStarted ? 60_000 : undefined,
    lastEnd: undefined,
    nodeCordoned: node !== undefined && cordoned.includes(node),
    balancerImage: template.sidecar,
    drainDeadlineSeconds: template.drainSeconds,
    progressMilliseconds: since === undefined ? undefined : progressMilliseconds,
    answer: undefined,
  };
}

function progressSince({ createdMilliseconds, report }: SimPod): string | undefined {
  if (report.startedMilliseconds !== undefined) return timestamp(report.startedMilliseconds);
  return report.sidecarRan ? undefined : timestamp(createdMilliseconds);
}

/** The end of its grace period, which the API server works out when the deletion is asked for. */
function endOf({ terminatingSince, template }: SimPod): string | undefined {
  if (terminatingSince === undefined) return undefined;
  return timestamp(terminatingSince + (template.drainSeconds + shutdownSeconds) * 1000);
}

/** The time of the API server. */
export function timestamp(milliseconds: number): string {
  return new Date(1_700_000_000_000 + milliseconds).toISOString();
}
