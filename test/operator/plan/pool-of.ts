import type { z } from 'zod';
import type { RolloutSettings } from '../../../src/api/rollout-settings.ts';
import { resolveSpec } from '../../../src/api/resolve.ts';
import type { ResolvedSpec } from '../../../src/api/resolve.ts';
import { GatewayPoolSpec } from '../../../src/api/spec.ts';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import type { Gate, ObservedGate } from '../../../src/operator/plan/gate.ts';
import type {
  Observation,
  ObservedDeployment,
  ObservedPod,
  ObservedSlot,
  OrderedDrain,
  PodAnswer,
} from '../../../src/operator/plan/observation.ts';

/** A pool in a few words. Slots are numbers; what is not said is as in a pool that runs well. */
export interface PoolSketch {
  readonly max?: number;
  readonly replicas?: number;
  readonly external?: number;
  readonly spec?: Partial<ResolvedSpec>;
  readonly generation?: number;
  /** Slots with a Deployment and one pod that serves. */
  readonly running?: readonly number[];
  /** Slots with a Deployment and one pod whose gateway was not let through. */
  readonly starting?: readonly number[];
  /** As `starting`; its sidecar answered that it is held, for the gate as it stands. */
  readonly held?: readonly number[];
  /** Slots whose Deployment is gone and whose pod is still ending. */
  readonly ending?: readonly number[];
  /** Slots that serve what was made from an older revision. */
  readonly outdated?: readonly number[];
  /** Of those that serve: their pods were ordered to drain, so with listeners they are not Ready. */
  readonly draining?: readonly number[];
  readonly deadlineSeconds?: number | null;
  readonly listening?: boolean;
  readonly rollout?: z.input<typeof RolloutSettings>;
  /** Anything else. */
  readonly slots?: readonly ObservedSlot[];
  /** Slots that the gate lists; all that there are when absent. */
  readonly seats?: readonly number[];
  readonly gate?: Partial<Gate> | 'absent';
  readonly gateAgeMilliseconds?: number;
  /** What the status shows; what the spec says when absent. */
  readonly published?: { readonly max: number; readonly external?: number } | 'nothing';
  readonly status?: GatewayPoolStatus;
  readonly observation?: Partial<Observation>;
}

export const now = new Date('2026-03-01T12:00:00.000Z');

export function poolOf(sketch: PoolSketch = {}): Observation {
  const { running = [], outdated = [], draining = [], starting = [], held = [], ending = [], generation = 4 } = sketch;
  const spec = specOf(sketch);
  const gateGeneration = 7;
  const answer = answerOf({
    held: { reason: 'StartGate', message: 'no seat is free', seatsGeneration: gateGeneration },
  });
  const slots = [
    ...running.map((number) => slotOf(number, { pods: [podOf(number)] })),
    ...outdated.map((number) => outdatedSlotOf(number)),
    ...starting.map((number) => slotOf(number, { pods: [waitingPodOf(number)] })),
    ...held.map((number) => slotOf(number, { pods: [waitingPodOf(number, { answer })] })),
    ...ending.map((number) => slotOf(number, { deployment: undefined, pods: [endingPodOf(number)] })),
    ...(sketch.slots ?? []),
  ]
    .map((slot) => (sketch.listening === true && draining.includes(slot.number) ? notReady(slot) : slot))
    .sort((left, right) => left.number - right.number);
  const seats = sketch.seats ?? slots.map(({ number }) => number);
  const status = sketch.status ?? statusOf(sketch, spec);
  return {
    pool: {
      namespace: 'pam',
      name: 'prod',
      uid: 'pool-uid',
      generation,
      resourceVersion: '900',
      deleting: false,
      status,
      spec,
      revision: 'new',
    },
    slots,
    gate: sketch.gate === 'absent' ? undefined : observedGate(sketch, spec, seats, gateGeneration, generation),
    config: { state: 'Valid', copy: 'prod-config-1' },
    tls: { state: 'NotUsed' },
    configCopies: ['prod-config-1'],
    conflicts: [],
    refusals: [],
    drains: {
      generation: 30,
      resourceVersion: '600',
      poolGeneration: generation,
      draining: draining.map((number) => drainOf(number, { deadlineSeconds: sketch.deadlineSeconds ?? null })),
    },
    drainsAgeMilliseconds: 0,
    balancerImage: 'balancer:2',
    ...sketch.observation,
  };
}

function specOf({ max = 3, replicas, external = 0, spec, listening = false, rollout }: PoolSketch): ResolvedSpec {
  const config = { secretName: 'prod-gateway', as: { env: 'GATEWAY_CONFIG' } };
  const externalInstances = Array.from({ length: external }, (_, index) => ({ name: `dc${index}`, platform: 'Linux' }));
  const listeners = listening ? [{ name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP' }] : [];
  const given = { maxInstances: max, image: 'gateway:2', config, externalInstances, replicas, listeners, rollout };
  return { ...resolveSpec(GatewayPoolSpec.parse(given)), ...spec };
}

function observedGate(
  { gate, gateAgeMilliseconds = 60_000 }: PoolSketch,
  spec: ResolvedSpec,
  seats: readonly number[],
  generation: number,
  poolGeneration: number,
): ObservedGate {
  const external = spec.externalInstances.length;
  const standing: Gate = {
    generation,
    maxInstances: spec.maxInstances,
    mode: seats.length + external > spec.maxInstances ? 'Hold' : 'SelfHeal',
    slots: seats.map((number) => `prod-${number}`),
    seated: [],
    poolGeneration,
    externalInstances: external,
    rebuilding: false,
    ...(gate === 'absent' ? {} : gate),
  };
  return {
    readable: true,
    gate: standing,
    uid: 'gate-uid',
    resourceVersion: '500',
    ageMilliseconds: gateAgeMilliseconds,
  };
}

function statusOf({ published }: PoolSketch, spec: ResolvedSpec): GatewayPoolStatus | undefined {
  if (published === 'nothing') return undefined;
  return {
    maxInstances: published?.max ?? spec.maxInstances,
    externalInstances: published?.external ?? (published === undefined ? spec.externalInstances.length : 0),
  };
}

export function slotOf(number: number, change: Partial<ObservedSlot> = {}): ObservedSlot {
  return { number, name: `prod-${number}`, deployment: deploymentOf(number), pods: [podOf(number)], ...change };
}

/** Serves, and was made from what the spec said before. */
export function outdatedSlotOf(number: number, change: Partial<ObservedDeployment> = {}): ObservedSlot {
  return slotOf(number, {
    deployment: deploymentOf(number, { revision: 'old', differsBesidesConfig: true, ...change }),
    pods: [podOf(number, { revision: 'old' })],
  });
}

function notReady(slot: ObservedSlot): ObservedSlot {
  return {
    ...slot,
    deployment: slot.deployment && { ...slot.deployment, available: false },
    pods: slot.pods.map((pod) => ({ ...pod, ready: false })),
  };
}

/** The order that the pod of a running slot drains, with the reason of an image change. */
export function drainOf(number: number, change: Partial<OrderedDrain> = {}): OrderedDrain {
  const reason = 'replaced as soon as its sessions are over: the image or the template changed';
  const pod = { slot: `prod-${number}`, podUid: `pod-${number}` };
  return { ...pod, deadlineSeconds: null, since: 20, cause: 'Outdated', reason, ...change };
}

/**
 * The same pool after all sidecars were asked. They know the drains that were ordered and have no sessions, but for what is said of
 * the pods of a slot. `silent`: did not answer.
 */
export function asked(
  pool: Observation,
  answers: Readonly<Record<number, Partial<PodAnswer> | 'silent'>> = {},
): Observation {
  const knownDrains = pool.drains?.draining.map(({ podUid }) => podUid) ?? [];
  const answered = (number: number, pod: ObservedPod): ObservedPod => {
    const own = answers[number];
    if (own === 'silent' || pod.node === undefined || pod.answer !== undefined) return pod;
    const drain = knownDrains.includes(pod.uid) ? { deadlineReached: false } : null;
    return { ...pod, answer: answerOf({ drain, knownDrains, ...own }) };
  };
  return {
    ...pool,
    slots: pool.slots.map((slot) => ({ ...slot, pods: slot.pods.map((pod) => answered(slot.number, pod)) })),
  };
}

export function deploymentOf(number: number, change: Partial<ObservedDeployment> = {}): ObservedDeployment {
  return {
    uid: `deployment-${number}`,
    resourceVersion: `70${number}`,
    replicas: 1,
    revision: 'new',
    deleting: false,
    drift: [],
    editedSettings: [],
    templateDrift: false,
    configCopy: 'prod-config-1',
    differsBesidesConfig: false,
    available: true,
    updated: true,
    lastGood: undefined,
    failedRevision: undefined,
    stopRequested: false,
    ...change,
  };
}

/** What the sidecar of a pod without sessions answers. */
export function answerOf(change: Partial<PodAnswer> = {}): PodAnswer {
  return {
    held: null,
    sessions: 0,
    transit: 0,
    backends: {},
    drain: null,
    knownDrains: [],
    drainsGeneration: 30,
    busyPeers: [],
    ...change,
  };
}

/** A pod that serves. */
export function podOf(number: number, change: Partial<ObservedPod> = {}): ObservedPod {
  return {
    name: `prod-${number}-abc`,
    uid: `pod-${number}`,
    node: 'node-a',
    revision: 'new',
    configCopy: 'prod-config-1',
    terminating: false,
    endsAt: undefined,
    ended: false,
    nodeLost: false,
    ready: true,
    balancerStarted: true,
    balancerEverRan: true,
    gatewayEverStarted: true,
    waiting: undefined,
    restarts: 0,
    gatewayRunsMilliseconds: 60_000,
    lastEnd: undefined,
    nodeCordoned: false,
    balancerImage: 'balancer:2',
    drainDeadlineSeconds: 3600,
    progressMilliseconds: 1000,
    answer: undefined,
    ...change,
  };
}

/** A pod whose gateway was not let through yet. */
export function waitingPodOf(number: number, change: Partial<ObservedPod> = {}): ObservedPod {
  return podOf(number, {
    ready: false,
    balancerStarted: false,
    gatewayEverStarted: false,
    gatewayRunsMilliseconds: undefined,
    progressMilliseconds: undefined,
    ...change,
  });
}

/** A pod that was deleted and whose gateway still works. */
export function endingPodOf(number: number, change: Partial<ObservedPod> = {}): ObservedPod {
  return podOf(number, { terminating: true, endsAt: '2026-03-01T13:01:00Z', ready: false, ...change });
}
