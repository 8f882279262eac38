import type { V1PodSpec } from '@kubernetes/client-node';

/** What a slot's pods are made from, besides the pool. */
export interface SlotInputs {
  readonly configSecretName: string;
  readonly balancerImage: string;
  /** See `revisionOf`. */
  readonly revision: string;
}

/** As plain JSON: the generated type is a class. */
type PodSpec = Pick<V1PodSpec, keyof V1PodSpec>;

export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: PodSpec;
}
