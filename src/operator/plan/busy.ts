import type { ResolvedSpec } from '../../api/resolve.ts';
import type { Observation, ObservedPod, PodAnswer } from './observation.ts';
import { hasStarted } from './slots.ts';

/** What counting needs to know of a pod: the same whether caches or a live list told it. */
export interface CountedPod {
  readonly slot: string;
  readonly name: string;
  readonly uid: string;
  /** Whether a node was chosen for it. Before that nothing of it runs. */
  readonly placed: boolean;
  readonly terminating: boolean;
  /** Phase Succeeded or Failed. */
  readonly ended: boolean;
  readonly nodeLost: boolean;
  /** The sidecar's or the gateway's container status says that the gateway was let through. May be seen late. */
  readonly started: boolean;
  /** Container statuses say that its sidecar never ran. */
  readonly sidecarNeverRan: boolean;
  /** The gateway container waits in CrashLoopBackOff, so it cannot tell its number, which is 0. */
  readonly crashLooping: boolean;
  /** Pod condition Ready. */
  readonly ready: boolean;
  /** What its sidecar answered just now. */
  readonly answer: PodAnswer | undefined;
}

/** How much would be cut off if a slot's instance stopped now. */
export type Load =
  | {
      readonly known: true;
      /** Sessions of its own gateway. */
      readonly sessions: number;
      /** Sessions of other instances that enter through its sidecar. */
      readonly transit: number;
      /** Who keeps it busy, when its sidecar can tell. */
      readonly peers: readonly string[];
    }
  /** Counts as busy. `why` is a sentence that names the pod. */
  | { readonly known: false; readonly why: string };

const none: Load = { known: true, sessions: 0, transit: 0, peers: [] };

/** The parts of the spec that say who counts. */
export type Counting = Pick<ResolvedSpec, 'listeners' | 'sessions'>;

/** Whether sessions of an instance enter through the sidecars of all instances: each knows only a part of them. */
export function countsOverAll({ listeners, sessions }: Counting): boolean {
  return listeners.length > 0 && sessions.source === 'Connections';
}

export function countedPod(slot: string, pod: Omit<ObservedPod, 'answer'>, answer: PodAnswer | undefined): CountedPod {
  const { name, uid, terminating, ended, nodeLost, ready } = pod;
  const started = hasStarted(pod);
  return {
    slot,
    name,
    uid,
    placed: pod.node !== undefined,
    terminating,
    ended,
    nodeLost,
    started,
    sidecarNeverRan: !started && !pod.balancerEverRan,
    crashLooping: pod.restarts > 0 && !ready && pod.waiting?.reason === 'CrashLoopBackOff',
    ready,
    answer,
  };
}

/**
 * Sessions and transit that a stop of the slot would end (guarantee G3), from the answers of the pool's sidecars. What is not known
 * counts as busy. A pod that is terminating already is left out: its own preStop keeps what it has.
 */
export function loadOf(slot: string, pods: readonly CountedPod[], spec: Counting): Load {
  let total = none;
  for (const pod of pods) {
    if (pod.slot !== slot || pod.ended || pod.terminating) continue;
    const load = loadOfPod(pod, pods, spec);
    if (!load.known) return load;
    total = total.known ? sum(total, load) : total;
  }
  return total;
}

/** No session, and none can begin any more. */
export function isIdle(load: Load): boolean {
  return load.known && load.sessions === 0 && load.transit === 0;
}

/**
 * Pods through whose sidecars sessions of others run, or may run in a moment, because their start is told late. What is on a lost node
 * is left out: nobody can ask it.
 */
export function carriers(pods: readonly CountedPod[]): readonly CountedPod[] {
  return pods.filter(
    ({ placed, ended, nodeLost, sidecarNeverRan }) => placed && !ended && !nodeLost && !sidecarNeverRan,
  );
}

/** The sidecar's own word is newer than Kubernetes'. */
export function isLetThrough({ started, answer }: CountedPod): boolean {
  return started || answer?.held === null;
}

function loadOfPod(pod: CountedPod, pods: readonly CountedPod[], spec: Counting): Load {
  if (!isLetThrough(pod)) {
    if (!pod.placed || pod.answer !== undefined || pod.sidecarNeverRan) return none;
    return { known: false, why: `the sidecar of pod ${pod.name} does not answer` };
  }
  if (pod.nodeLost) return { known: false, why: `the node of pod ${pod.name} does not answer` };
  if (pod.answer === undefined) return { known: false, why: `the sidecar of pod ${pod.name} does not answer` };
  if (cannotDrain(pod)) return { known: false, why: tooOld(pod) };

  const { transit, busyPeers: peers } = pod.answer;
  if (countsOverAll(spec)) return overAll(pod, pods, transit);

  const sessions = pod.answer.sessions ?? (pod.crashLooping ? 0 : undefined);
  if (sessions === undefined) return { known: false, why: `the sidecar of pod ${pod.name} cannot count its sessions` };
  return { known: true, sessions, transit, peers };
}

function overAll({ slot }: CountedPod, pods: readonly CountedPod[], transit: number): Load {
  let sessions = 0;
  for (const carrier of carriers(pods)) {
    if (carrier.answer === undefined) {
      return {
        known: false,
        why: `the sidecar of pod ${carrier.name}, through which sessions may run, does not answer`,
      };
    }
    if (cannotDrain(carrier)) return { known: false, why: tooOld(carrier) };
    sessions += carrier.answer.backends[slot] ?? 0;
  }
  return { known: true, sessions, transit, peers: [] };
}

/** A sidecar of the first release counts otherwise, and goes on sending sessions to whoever is to drain. */
function cannotDrain({ answer }: CountedPod): boolean {
  return answer !== undefined && answer.drainsGeneration === undefined;
}

/** Note: not its pod. The same Deployment would make the same again. */
function tooOld({ name, slot }: CountedPod): string {
  return `the sidecar of pod ${name} is of an older release and cannot drain; delete Deployment ${slot} when nobody works through it`;
}

function sum(left: Extract<Load, { known: true }>, right: Extract<Load, { known: true }>): Load {
  return {
    known: true,
    sessions: left.sessions + right.sessions,
    transit: left.transit + right.transit,
    peers: [...left.peers, ...right.peers],
  };
}

/** All pods of the pool, as counting needs them. */
export function countedPods({ slots }: Pick<Observation, 'slots'>): readonly CountedPod[] {
  return slots.flatMap(({ name, pods }) => pods.map((pod) => countedPod(name, pod, pod.answer)));
}
