import * as z from 'zod';

const value = z.string('is not set').min(1, 'is empty');

/** What a sidecar must be told about its pod: by the downward API, and by the operator that rendered the pod. */
const PodVariables = z.object({
  POD_NAME: value,
  POD_UID: value,
  POD_NAMESPACE: value,
  POD_IP: value,
  POOL_NAME: value,
  SLOT_NAME: value,
  DRAIN_DEADLINE_SECONDS: z.coerce.number('is no number').int('is no whole number').min(0, 'is below 0').default(3600),
  BALANCER_THREADS: z.coerce
    .number('is no number')
    .int('is no whole number')
    .min(1, 'is below 1')
    .max(16, 'is above 16')
    .default(1),
});

export interface PodEnvironment {
  readonly podName: string;
  readonly podUid: string;
  readonly namespace: string;
  readonly podAddress: string;
  readonly pool: string;
  readonly slot: string;
  /** How long this pod may take from the beginning of its deletion; its grace period is a little longer. */
  readonly drainDeadlineSeconds: number;
  /** That carry connections; the pod has memory for so many. */
  readonly threads: number;
}

/** @throws Error that names every variable which is missing. */
export function podEnvironment(env: Readonly<Record<string, string | undefined>>): PodEnvironment {
  const parsed = PodVariables.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ');
    throw new Error(
      `Could not start in Kubernetes mode: ${problems}; the operator sets these variables in the pods of a pool`,
    );
  }
  const { POD_NAME, POD_UID, POD_NAMESPACE, POD_IP, POOL_NAME, SLOT_NAME, DRAIN_DEADLINE_SECONDS, BALANCER_THREADS } =
    parsed.data;
  return {
    podName: POD_NAME,
    podUid: POD_UID,
    namespace: POD_NAMESPACE,
    podAddress: POD_IP,
    pool: POOL_NAME,
    slot: SLOT_NAME,
    drainDeadlineSeconds: DRAIN_DEADLINE_SECONDS,
    threads: BALANCER_THREADS,
  };
}
