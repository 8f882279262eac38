import type { V1PodSpec, V1Toleration, V1WeightedPodAffinityTerm } from '@kubernetes/client-node';
import { annotations } from '../../api/identity.ts';
import { gatewayContainerName } from '../../api/pod-names.ts';
import { isRecord } from '../../kube/json.ts';
import { childNames } from '../names.ts';
import { balancerContainer, balancerVolumes } from './balancer-container.ts';
import { gatewayContainer, gatewayVolumes } from './gateway-container.ts';
import type { RenderedPool } from './pool.ts';
import { childLabels, poolSelector } from './pool.ts';
import { keepPromises } from './kept-promises.ts';
import type { PodTemplate, SlotInputs } from './slot-inputs.ts';
import type { JsonObject } from './template-overlay.ts';
import { mergeTemplate } from './template-overlay.ts';
import { tlsVolumes } from './tls-volume.ts';

/** From the end of the drain to the end of the pod: for the gateway's own shutdown. */
export const shutdownSeconds = 60;

/** The pod of one slot: ours, with the user's template laid over it. */
export function podTemplate(pool: RenderedPool, slot: string, inputs: SlotInputs): PodTemplate {
  const ours: PodTemplate = {
    metadata: {
      labels: childLabels(pool, slot),
      annotations: {
        'kubectl.kubernetes.io/default-container': gatewayContainerName,
        [annotations.revision]: inputs.revision,
      },
    },
    spec: podSpec(pool, slot, inputs),
  };
  const merged = mergeTemplate({ ...ours }, pool.spec.template ?? {});
  return keepPromises(isPodTemplate(merged) ? merged : ours, ours);
}

/** As far as we build on it. The rest is the API server's to check: it names the field when it refuses a template. */
function isPodTemplate(value: JsonObject): value is JsonObject & PodTemplate {
  const { metadata, spec } = value;
  return isRecord(metadata) && isRecord(spec) && Array.isArray(spec['containers']);
}

function podSpec(pool: RenderedPool, slot: string, inputs: SlotInputs): V1PodSpec {
  const names = childNames(pool.name);
  return {
    hostname: slot,
    subdomain: names.instancesService,
    serviceAccountName: names.gateway,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: pool.spec.drain.deadlineSeconds + shutdownSeconds,
    tolerations: lostNodeTolerations,
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: spreadOver.map((key) => apartBy(pool, key)),
      },
    },
    initContainers: [balancerContainer(pool, slot, inputs.balancerImage)],
    containers: [gatewayContainer(pool, inputs.configSecretName)],
    volumes: [...balancerVolumes, ...tlsVolumes(pool), ...gatewayVolumes(pool, inputs.configSecretName)],
  };
}

const spreadOver = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'];

/**
 * Soft: instances that share a node are better than instances that do not run.
 * Note: not topologySpreadConstraints: with one per zone and one per node, the scheduler leaves every node without a zone label out of
 * its scoring, and on a cluster without zones nothing would be spread at all.
 */
function apartBy(pool: RenderedPool, topologyKey: string): V1WeightedPodAffinityTerm {
  return { weight: 100, podAffinityTerm: { topologyKey, labelSelector: { matchLabels: poolSelector(pool) } } };
}

/** A lost node's pod is replaced after 30 s; Kubernetes' own default is 300 s. */
const lostNodeTolerations: V1Toleration[] = ['not-ready', 'unreachable'].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 30,
}));
