import type { V1ContainerStatus } from '@kubernetes/client-node';
import { annotations, labels } from '../../api/identity.ts';
import { gatewayContainerName } from '../../api/pod-names.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObservedPod } from '../plan/observation.ts';
import { isBalancer } from './balancer-status.ts';
import type { PodSpecReferences } from './config-reference.ts';
import { configCopyOf } from './config-reference.ts';
import { shutdownSeconds } from '../render/pod-template.ts';
import { defined } from './defined.ts';
import type { WatchedNode } from './watched-node.ts';
import { isCordoned, isNodeLost } from './watched-node.ts';

/** As much of a container's status as we read. Times are strings here, as on the wire. */
export type WatchedContainerStatus = Pick<V1ContainerStatus, 'name' | 'restartCount' | 'started'> & {
  state?: ContainerState;
  lastState?: ContainerState;
};

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  /** `message` is what the program wrote into its termination log. */
  terminated?: ContainerEnd;
}

interface ContainerEnd {
  finishedAt?: string;
  message?: string;
  reason?: string;
  exitCode?: number;
}

interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** A gateway pod in the cache: only the fields below are kept, so that a thousand pods take little memory. */
export interface WatchedPod extends KubeObject {
  spec?: PodSpecReferences & {
    nodeName?: string;
    terminationGracePeriodSeconds?: number;
    initContainers?: { name: string; image?: string }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    podIP?: string;
    conditions?: PodCondition[];
    initContainerStatuses?: WatchedContainerStatus[];
    containerStatuses?: WatchedContainerStatus[];
  };
}

/** How long, in milliseconds, this process has known that a pod could become Ready; undefined while it could not. */
export type ProgressAge = (pod: WatchedPod) => number | undefined;

/** What observing a pod needs besides the pod. */
export interface PodSurroundings {
  /** undefined: nothing is known of the node. */
  readonly nodeOf: (name: string) => WatchedNode | undefined;
  readonly progressAge: ProgressAge;
  /** The same of its gateway container, since that runs. */
  readonly gatewayAge: ProgressAge;
}

const readConditions = ['Ready', 'PodScheduled', 'Initialized'];

/** Waiting for these is a container's everyday life. */
const ordinaryWaits = ['PodInitializing', 'ContainerCreating'];

/** Drops what nobody here reads. The name of the config copy is read from the spec before that. */
export function trimPod(pod: WatchedPod): WatchedPod {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = pod.metadata;
  const revision = pod.metadata.annotations?.[annotations.revision];
  const copy = configCopyOf(pod.spec);
  const balancers = pod.spec?.initContainers?.filter(isBalancer) ?? [];
  const { phase, reason, podIP, conditions, initContainerStatuses, containerStatuses } = pod.status ?? {};
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: {
      ...defined({ namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp }),
      name,
      labels: ownLabels(pod.metadata.labels),
      ...(revision === undefined ? {} : { annotations: { [annotations.revision]: revision } }),
    },
    spec: {
      ...defined({
        nodeName: pod.spec?.nodeName,
        terminationGracePeriodSeconds: pod.spec?.terminationGracePeriodSeconds,
      }),
      initContainers: balancers.map(({ name: container, image }) => ({ name: container, ...defined({ image }) })),
      ...(copy === undefined ? {} : { volumes: [{ secret: { secretName: copy } }] }),
    },
    status: defined({
      phase,
      reason,
      podIP,
      conditions: conditions?.filter(({ type }) => readConditions.includes(type)),
      initContainerStatuses: initContainerStatuses?.map(trimStatus),
      containerStatuses: containerStatuses?.map(trimStatus),
    }),
  };
}

/** What a plan needs to know of the pod. */
export function observePod(pod: WatchedPod, surroundings: PodSurroundings): Omit<ObservedPod, 'answer'> {
  const { nodeOf, progressAge, gatewayAge } = surroundings;
  const { phase, reason, conditions, initContainerStatuses, containerStatuses } = pod.status ?? {};
  const balancer = initContainerStatuses?.find(isBalancer);
  const gateway = containerStatuses?.find(({ name }) => name === gatewayContainerName);
  const node = pod.spec?.nodeName;
  const known = node === undefined ? undefined : nodeOf(node);
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    node,
    revision: pod.metadata.annotations?.[annotations.revision] ?? '',
    configCopy: configCopyOf(pod.spec),
    terminating: pod.metadata.deletionTimestamp !== undefined,
    endsAt: pod.metadata.deletionTimestamp,
    ended: phase === 'Succeeded' || phase === 'Failed',
    nodeLost: reason === 'NodeLost' || isNodeLost(known),
    nodeCordoned: isCordoned(known),
    ready: conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    balancerStarted: balancer?.started === true,
    balancerEverRan: balancer !== undefined && (balancer.started === true || hasRun(balancer)),
    gatewayEverStarted: gateway !== undefined && hasRun(gateway),
    waiting: waitingFor(pod),
    restarts: gateway?.restartCount ?? 0,
    gatewayRunsMilliseconds: gatewayAge(pod),
    lastEnd: lastEndOf(gateway),
    balancerImage: pod.spec?.initContainers?.find(isBalancer)?.image,
    drainDeadlineSeconds: drainDeadlineOf(pod),
    progressMilliseconds: progressAge(pod),
  };
}

function hasRun({ state, lastState, restartCount }: WatchedContainerStatus): boolean {
  return (
    restartCount > 0 ||
    state?.running !== undefined ||
    state?.terminated !== undefined ||
    lastState?.terminated !== undefined
  );
}

function lastEndOf(gateway: WatchedContainerStatus | undefined): ObservedPod['lastEnd'] {
  const end = gateway?.state?.terminated ?? gateway?.lastState?.terminated;
  return end && { reason: end.reason ?? 'Unknown', exitCode: end.exitCode ?? 0 };
}

function drainDeadlineOf({ spec }: WatchedPod): number | undefined {
  const grace = spec?.terminationGracePeriodSeconds;
  return grace === undefined ? undefined : Math.max(0, grace - shutdownSeconds);
}

function waitingFor(pod: WatchedPod): ObservedPod['waiting'] {
  const { conditions, initContainerStatuses, containerStatuses } = pod.status ?? {};
  const unscheduled = conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled !== undefined) {
    return { reason: unscheduled.reason ?? 'Unschedulable', message: unscheduled.message ?? '' };
  }

  for (const { state } of [...(initContainerStatuses ?? []), ...(containerStatuses ?? [])]) {
    const reason = state?.waiting?.reason;
    if (reason !== undefined && !ordinaryWaits.includes(reason)) {
      return { reason, message: state?.waiting?.message ?? '' };
    }
  }
  return undefined;
}

function trimStatus(status: WatchedContainerStatus): WatchedContainerStatus {
  const { name, restartCount, started, state, lastState } = status;
  const trim = (whole: ContainerState): ContainerState => trimState(whole, isBalancer(status));
  return {
    name,
    restartCount,
    ...defined({ started, state: state && trim(state), lastState: lastState && trim(lastState) }),
  };
}

/** Of the last words of containers, only those of the sidecar are read: nobody knows what a gateway writes there (guarantee G11). */
function trimState({ waiting, running, terminated }: ContainerState, withLastWords: boolean): ContainerState {
  const { finishedAt, message, reason, exitCode } = terminated ?? {};
  return defined({
    waiting: waiting && defined({ reason: waiting.reason, message: waiting.message }),
    running: running && defined({ startedAt: running.startedAt }),
    terminated: terminated && defined({ reason, exitCode, ...(withLastWords ? { finishedAt, message } : {}) }),
  });
}

function ownLabels(all: Record<string, string> | undefined): Record<string, string> {
  const own: string[] = [labels.pool, labels.slot];
  return Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => own.includes(name)));
}
