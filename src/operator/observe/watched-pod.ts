import type { V1ContainerStatus } from '@kubernetes/client-node';
import { annotations, labels } from '../../api/identity.ts';
import { balancerContainerName, gatewayContainerName } from '../../api/pod-names.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObservedPod } from '../plan/observation.ts';
import type { PodSpecReferences } from './config-reference.ts';
import { configCopyOf } from './config-reference.ts';
import { defined } from './defined.ts';

/** As much of a container's status as we read. Times are strings here, as on the wire. */
export type WatchedContainerStatus = Pick<V1ContainerStatus, 'name' | 'restartCount' | 'started'> & {
  state?: ContainerState;
  lastState?: ContainerState;
};

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: object;
  terminated?: object;
}

interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** A gateway pod in the cache: only the fields below are kept, so that a thousand pods take little memory. */
export interface WatchedPod extends KubeObject {
  spec?: PodSpecReferences & { nodeName?: string };
  status?: {
    phase?: string;
    reason?: string;
    podIP?: string;
    conditions?: PodCondition[];
    initContainerStatuses?: WatchedContainerStatus[];
    containerStatuses?: WatchedContainerStatus[];
  };
}

/** Waiting for these is a container's everyday life. */
const ordinaryWaits = ['PodInitializing', 'ContainerCreating'];

/** Drops what nobody here reads. The name of the config copy is read from the spec before that. */
export function trimPod(pod: WatchedPod): WatchedPod {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = pod.metadata;
  const revision = pod.metadata.annotations?.[annotations.revision];
  const copy = configCopyOf(pod.spec);
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
      ...defined({ nodeName: pod.spec?.nodeName }),
      ...(copy === undefined ? {} : { volumes: [{ secret: { secretName: copy } }] }),
    },
    status: defined({
      phase,
      reason,
      podIP,
      conditions: conditions?.filter(({ type }) => type === 'Ready' || type === 'PodScheduled'),
      initContainerStatuses: initContainerStatuses?.map(trimStatus),
      containerStatuses: containerStatuses?.map(trimStatus),
    }),
  };
}

/** What a plan needs to know of the pod. */
export function observePod(pod: WatchedPod, isNodeLost: (node: string) => boolean): Omit<ObservedPod, 'answer'> {
  const { phase, reason, conditions, initContainerStatuses, containerStatuses } = pod.status ?? {};
  const balancer = initContainerStatuses?.find(({ name }) => name === balancerContainerName);
  const gateway = containerStatuses?.find(({ name }) => name === gatewayContainerName);
  const node = pod.spec?.nodeName;
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    node,
    revision: pod.metadata.annotations?.[annotations.revision] ?? '',
    configCopy: configCopyOf(pod.spec),
    terminating: pod.metadata.deletionTimestamp !== undefined,
    ended: phase === 'Succeeded' || phase === 'Failed',
    nodeLost: reason === 'NodeLost' || (node !== undefined && isNodeLost(node)),
    ready: conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    balancerStarted: balancer?.started === true,
    gatewayEverStarted: gateway !== undefined && hasRun(gateway),
    waiting: waitingFor(pod),
    restarts: gateway?.restartCount ?? 0,
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
  return {
    name,
    restartCount,
    ...defined({ started, state: state && trimState(state), lastState: lastState && trimState(lastState) }),
  };
}

function trimState({ waiting, running, terminated }: ContainerState): ContainerState {
  return defined({
    waiting: waiting && defined({ reason: waiting.reason, message: waiting.message }),
    running: running && {},
    terminated: terminated && {},
  });
}

function ownLabels(all: Record<string, string> | undefined): Record<string, string> {
  const own: string[] = [labels.pool, labels.slot];
  return Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => own.includes(name)));
}
