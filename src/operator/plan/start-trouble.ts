import type { LastEnd, Observation, ObservedPod } from './observation.ts';
import { plural } from './plural.ts';

type Waiting = NonNullable<ObservedPod['waiting']>;

const crashLoop = 'CrashLoopBackOff';

/** Why a pod does not come up, in Kubernetes' words, and what a person can do about it. */
export function describeWaiting({ reason, message }: Waiting, namespace: string, pod: string): string {
  const advice = adviceFor(reason, namespace, pod);
  return `${reason}: ${message}${advice === undefined ? '' : `; ${advice}`}`;
}

/** A gateway that is not ready so soon is no news: it takes its time to start, and the kubelet to look. */
const startMilliseconds = 5000;

/**
 * How far the pod's gateway is that was let through and is not ready.
 *
 * Note: by the gateway's own container, not by `hasStarted`. That is true when nothing keeps it from starting any more, which is what
 * the guarantees need; its image may still have to be pulled.
 */
export function describeUnready(pod: ObservedPod, pool: Observation['pool']): string {
  const { waiting, gatewayEverStarted, lastEnd, restarts, name } = pod;
  const { namespace } = pool;
  if (!gatewayEverStarted) {
    return waiting === undefined
      ? 'its image is pulled or its container is created'
      : `its container waits: ${describeWaiting(waiting, namespace, name)}`;
  }

  const times = restarts === 0 ? '' : ` (${plural(restarts, 'restart')})`;
  const hasEnded = restarts > 0 || lastEnd !== undefined;
  const why = hasEnded ? describeCrash(pod, namespace) : describeRunning(pod, pool);
  return `gateway was started${times}, ${why}`;
}

/** `it last ended with Error, exit code 1`. */
export function describeEnd({ reason, exitCode }: LastEnd): string {
  return `it last ended with ${reason}, exit code ${exitCode}`;
}

/** When this pod has to be looked at again because of {@link describeUnready}, in milliseconds from now; undefined: not at all. */
export function untilUnready({ ready, terminating, gatewayRunsMilliseconds }: ObservedPod): number | undefined {
  if (ready || terminating || gatewayRunsMilliseconds === undefined) return undefined;
  return gatewayRunsMilliseconds < startMilliseconds ? startMilliseconds - gatewayRunsMilliseconds : undefined;
}

/** Note: also of one that runs again. That it was started says nothing of why the one before ended, and the next end may be near. */
function describeCrash({ waiting, lastEnd, name }: ObservedPod, namespace: string): string {
  const end = lastEnd === undefined ? [] : [describeEnd(lastEnd)];
  if (waiting !== undefined && waiting.reason !== crashLoop) {
    return [describeWaiting(waiting, namespace, name), ...end].join('; ');
  }
  const backOff = waiting === undefined ? [] : [`${waiting.reason}: ${waiting.message}`];
  return [...backOff, ...end, adviceFor(crashLoop, namespace, name)].join('; ');
}

function describeRunning(
  { waiting, name, gatewayRunsMilliseconds = 0 }: ObservedPod,
  pool: Observation['pool'],
): string {
  if (waiting !== undefined) return describeWaiting(waiting, pool.namespace, name);
  if (gatewayRunsMilliseconds < startMilliseconds) return 'and is not ready yet';

  const ports = [...new Set(pool.spec.listeners.map(({ targetPort }) => targetPort))];
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
    case crashLoop:
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
