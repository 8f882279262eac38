import { createHash } from 'node:crypto';
import type { ResolvedSpec } from '../../api/resolve.ts';
import { canonicalJson } from '../../kube/canonical-json.ts';

/**
 * Names what a user asked an instance to be. A pod is outdated when its revision is another one. The hash covers the user's inputs
 * and never the rendered object, so that an operator which renders differently after an upgrade restarts nobody (guarantee G7).
 *
 * @param configHash undefined while no valid configuration was seen
 * @param restart the pool's annotation `pam.gatewaypool.io/restart`. Without it the hash is what it was before there was one.
 */
export function revisionOf(spec: ResolvedSpec, configHash: string | undefined, restart?: string): string {
  const inputs = {
    image: spec.image,
    profile: spec.profile,
    template: spec.template ?? {},
    delivery: spec.config.as,
    config: configHash ?? '',
    restart,
  };
  return createHash('sha256').update(canonicalJson(inputs)).digest('hex').slice(0, 12);
}
