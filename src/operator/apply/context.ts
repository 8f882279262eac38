import type { Logger } from 'pino';
import type { Applier } from '../../kube/apply/applier.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Caches } from '../observe/caches.ts';
import type { Observation } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';

/** What carrying out a plan for one pool needs. */
export interface ApplyContext {
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly caches: Caches;
  readonly pool: RenderedPool;
  readonly observation: Observation;
  /** Image of the sidecar. */
  readonly balancerImage: string;
  /** Where the operator runs: the NetworkPolicies let it in. */
  readonly operatorNamespace: string;
  /** The value of the valid configuration, read now unless it was read a moment ago. undefined: it is not valid any more. */
  readonly configValue: () => Promise<Buffer | undefined>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The copy of the configuration that a new instance gets; undefined: no instance may start. */
export function currentCopy({ config }: Observation): string | undefined {
  return config.state === 'Valid' ? config.copy : config.lastGoodCopy;
}
