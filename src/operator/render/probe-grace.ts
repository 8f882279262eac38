import type { V1Container, V1Probe } from '@kubernetes/client-node';

/** As plain JSON: the generated types are classes. */
export type Container = Pick<V1Container, keyof V1Container>;
type Probe = Pick<V1Probe, keyof V1Probe>;

/**
 * How long a container may take to end when one of its probes failed. Without a time of their own, probes wait for as long as the pod
 * gives its sessions, and a gateway that hangs would hang on for an hour.
 */
export const restartSeconds = 30;

/** The container with that time for each probe that restarts it and has none. Readiness restarts nothing, and may not have one. */
export function withProbeGrace(container: Container): Container {
  const { livenessProbe, startupProbe } = container;
  return {
    ...container,
    ...(livenessProbe === undefined ? {} : { livenessProbe: withGrace(livenessProbe) }),
    ...(startupProbe === undefined ? {} : { startupProbe: withGrace(startupProbe) }),
  };
}

function withGrace(probe: Probe): Probe {
  return { ...probe, terminationGracePeriodSeconds: probe.terminationGracePeriodSeconds ?? restartSeconds };
}
