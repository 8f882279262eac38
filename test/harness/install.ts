import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mustRun } from './command.ts';

export const chart = new URL('../../charts/gatewaypool-operator', import.meta.url).pathname;

/** The Helm arguments that install the operator from this checkout with an image that the nodes already have. */
export function helmArguments(namespace: string, image: string): readonly string[] {
  const separator = image.lastIndexOf(':');
  return [
    ...`upgrade --install gatewaypool ${chart} --namespace ${namespace} --create-namespace`.split(' '),
    ...`--set image.repository=${image.slice(0, separator)},image.tag=${image.slice(separator + 1)}`.split(' '),
    ...'--wait --timeout 120s'.split(' '),
  ];
}

/** Installs the operator, or upgrades it, and waits until it is Ready. */
export async function installOperator(namespace: string, image: string): Promise<void> {
  await mustRun('helm', [...helmArguments(namespace, image), ...bundleArguments()], { timeoutMilliseconds: 150_000 });
}

const bundle = new URL('../../dist/operator.cjs', import.meta.url).pathname;

/** A new build under the same tag is a new operator too, on a cluster that stays up between two runs. */
function bundleArguments(): readonly string[] {
  if (!existsSync(bundle)) return [];
  const hash = createHash('sha256').update(readFileSync(bundle)).digest('hex').slice(0, 12);
  return ['--set-string', `podAnnotations.bundle=${hash}`];
}
