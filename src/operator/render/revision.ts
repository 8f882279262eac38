import { createHash } from 'node:crypto';
import type { ResolvedSpec } from '../../api/resolve.ts';
import { canonicalJson } from '../../kube/canonical-json.ts';
import { tlsFiles } from './tls-files.ts';

/**
 * Names what a user asked an instance to be. A pod is outdated when its revision is another one. The hash covers the user's inputs
 * and never the rendered object, so that an operator which renders differently after an upgrade restarts nobody (guarantee G7).
 *
 * @param configHash undefined while no valid configuration was seen
 * @param restart the pool's annotation `pam.gatewaypool.io/restart`. Without it the hash is what it was before there was one.
 * The same goes for Secrets of listeners: they are a part of the pod, by name; what is in them is not.
 */
export function revisionOf(spec: ResolvedSpec, configHash: string | undefined, restart?: string): string {
  const files = tlsFiles(spec).map(({ secretName, key, path }) => ({ secretName, key, path }));
  const inputs = {
    image: spec.image,
    profile: spec.profile,
    template: spec.template ?? {},
    delivery: spec.config.as,
    config: configHash ?? '',
    restart,
    tls: files.length === 0 ? undefined : files,
  };
  return createHash('sha256').update(canonicalJson(inputs)).digest('hex').slice(0, 12);
}
