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
  const { running = [], starting = [], held = [], ending = [], generation = 4 } = sketch;
  const spec = specOf(sketch);
  const gateGeneration = 7;
  const answer = answerOf({
    held: { reason: 'StartGate', message: 'no seat is free', seatsGeneration: gateGeneration },
  });
  const slots = [
    ...running.map((number) => slotOf(number, { pods: [podOf(number)] })),
    ...starting.map((number) => slotOf(number, { pods: [waitingPodOf(number)] })),
    ...held.map((number) => slotOf(number, { pods: [waitingPodOf(number, { answer })] })),
    ...ending.map((number) => slotOf(number, { deployment: undefined, pods: [endingPodOf(number)] })),
    ...(sketch.slots ?? []),
  ].sort((left, right) => left.number - right.number);
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
    configCopies: ['prod-config-1'],
    conflicts: [],
    refusals: [],
    drains: { resourceVersion: '600', poolGeneration: generation, draining: [] },
    balancerImage: 'balancer:2',
    ...sketch.observation,
  };
}

function specOf({ max = 3, replicas, external = 0, spec }: PoolSketch): ResolvedSpec {
  const config = { secretName: 'prod-gateway', as: { env: 'GATEWAY_CONFIG' } };
  const externalInstances = Array.from({ length: external }, (_, index) => ({ name: `dc${index}`, platform: 'Linux' }));
  const given = { maxInstances: max, image: 'gateway:2', config, externalInstances, replicas };
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

export function deploymentOf(number: number, change: Partial<ObservedDeployment> = {}): ObservedDeployment {
  return {
    uid: `deployment-${number}`,
    resourceVersion: `70${number}`,
    replicas: 1,
    revision: 'new',
    deleting: false,
    drift: [],
    templateDrift: false,
    configCopy: 'prod-config-1',
    available: true,
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
    ended: false,
    nodeLost: false,
    ready: true,
    balancerStarted: true,
    gatewayEverStarted: true,
    waiting: undefined,
    restarts: 0,
    nodeCordoned: false,
    balancerImage: 'balancer:2',
    progressSince: '2026-03-01T11:00:00.000Z',
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
    progressSince: undefined,
    ...change,
  });
}

/** A pod that was deleted and whose gateway still works. */
export function endingPodOf(number: number, change: Partial<ObservedPod> = {}): ObservedPod {
  return podOf(number, { terminating: true, ready: false, ...change });
}
