import type { Observation, ObservedPod } from './observation.ts';

type Waiting = NonNullable<ObservedPod['waiting']>;

/** Why a pod does not come up, in Kubernetes' words, and what a person can do about it. */
export function describeWaiting({ reason, message }: Waiting, namespace: string, pod: string): string {
  const advice = adviceFor(reason, namespace, pod);
  return `${reason}: ${message}${advice === undefined ? '' : `; ${advice}`}`;
}

/** Why a gateway that runs does not become ready. Nothing is broken in the first seconds, so it only says what has to hold. */
export function describeUnready({ spec }: Observation['pool']): string {
  const ports = [...new Set(spec.listeners.map(({ targetPort }) => targetPort))];
  if (ports.length === 0) return 'its readiness probe fails';
  return `its readiness probe fails; it has to listen on ${ports.join(' and ')} as targetPort says: correct whichever is wrong`;
}

function adviceFor(reason: string, namespace: string, pod: string): string | undefined {
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return 'correct spec.image, or let the nodes pull it';
    case 'CrashLoopBackOff':
      return `see why: kubectl logs -n ${namespace} ${pod} -c gateway --previous`;
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return 'correct spec.template';
    case 'Unschedulable':
      return 'make room on a node, or correct spec.template';
    default:
      return undefined;
  }
}
