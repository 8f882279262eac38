import type { V1Lifecycle, V1Toleration } from '@kubernetes/client-node';
import { balancerContainerName, gatewayContainerName, ownVolumePrefix } from '../../api/pod-names.ts';
import type { Container } from './probe-grace.ts';
import { withProbeGrace } from './probe-grace.ts';
import type { PodTemplate } from './slot-inputs.ts';

/**
 * What no user's template may take away, put back after it was laid over ours: the labels by which the pool finds its pods, the
 * slot's identity, the sidecar as the first thing that starts, with its volumes, the wait for the sessions of the gateway before it is
 * stopped, and the quick replacement on a lost node.
 * Templates that try are refused before (with a sentence); this holds the guarantee whatever gets through.
 */
export function keepPromises(merged: PodTemplate, ours: PodTemplate): PodTemplate {
  const { hostname, subdomain, serviceAccountName, automountServiceAccountToken, terminationGracePeriodSeconds } =
    ours.spec;
  const fixed = {
    hostname,
    subdomain,
    serviceAccountName,
    automountServiceAccountToken,
    terminationGracePeriodSeconds,
  };
  return {
    metadata: {
      ...merged.metadata,
      labels: { ...merged.metadata.labels, ...ours.metadata.labels },
      annotations: { ...merged.metadata.annotations, ...ours.metadata.annotations },
    },
    spec: {
      ...merged.spec,
      ...Object.fromEntries(Object.entries(fixed).filter(([, value]) => value !== undefined)),
      initContainers: ownFirst(
        merged.spec.initContainers,
        ours.spec.initContainers,
        (name) => name === balancerContainerName,
      ),
      containers: merged.spec.containers.map((container) =>
        container.name === gatewayContainerName ? waiting(container, ours.spec.containers) : container,
      ),
      volumes: ownFirst(merged.spec.volumes, ours.spec.volumes, (name) => name.startsWith(ownVolumePrefix)),
      tolerations: withTolerations(merged.spec.tolerations ?? [], ours.spec.tolerations ?? []),
    },
  };
}

/** The gateway with our hook, if we have one there, and probes that need not wait for it. */
function waiting(gateway: Container, ours: readonly Container[]): Container {
  const preStop = ours.find(({ name }) => name === gatewayContainerName)?.lifecycle?.preStop;
  if (preStop === undefined) return withProbeGrace(gateway);

  const lifecycle: Pick<V1Lifecycle, keyof V1Lifecycle> = gateway.lifecycle ?? {};
  return withProbeGrace({ ...gateway, lifecycle: { ...lifecycle, preStop } });
}

function ownFirst<T extends { name: string }>(
  merged: readonly T[] | undefined,
  ours: readonly T[] | undefined,
  isOwn: (name: string) => boolean,
): T[] {
  return [
    ...(ours ?? []).filter((element) => isOwn(element.name)),
    ...(merged ?? []).filter((element) => !isOwn(element.name)),
  ];
}

/** A user's list replaces ours as a whole, so one toleration for a node pool would silently turn 30 s into Kubernetes' 300 s. */
function withTolerations(theirs: readonly V1Toleration[], ours: readonly V1Toleration[]): V1Toleration[] {
  const isSaid = (own: V1Toleration): boolean => theirs.some((toleration) => toleration.key === own.key);
  return [...theirs, ...ours.filter((own) => !isSaid(own))];
}
