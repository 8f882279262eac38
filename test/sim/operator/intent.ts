import type { Action } from '../../../src/operator/plan/actions.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import type { SimDeployment, SimPod } from '../cluster/objects.ts';
import type { ResolvedSpec } from '../../../src/api/resolve.ts';

/** What an operator is about while it carries out one action: what it had seen, and what it looked at again for it. */
export interface Intent {
  readonly operator: string;
  readonly observation: Observation;
  readonly action: Action;
  /** What the live reads of this very action brought. */
  readonly look: Look;
}

export interface Look {
  spec: ResolvedSpec | undefined;
  /** The pods that it was told, and the Deployments that there were at that moment. */
  pods: readonly SimPod[];
  deployments: readonly SimDeployment[];
  /** When each sidecar that answered did so, by pod UID. */
  readonly askedMilliseconds: Map<string, number>;
}

export function intentOf(operator: string, observation: Observation, action: Action): Intent {
  return {
    operator,
    observation,
    action,
    look: { spec: undefined, pods: [], deployments: [], askedMilliseconds: new Map() },
  };
}
