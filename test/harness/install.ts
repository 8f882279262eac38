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
  await mustRun('helm', helmArguments(namespace, image), { timeoutMilliseconds: 150_000 });
}
