import type { KubeClient } from '../../kube/client.ts';
import { isNotFound, KubeError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { secretType } from '../resources.ts';

/** Values by key, in base64. */
export type SecretData = Readonly<Record<string, string>>;

/**
 * A Secret's data from the API server itself; undefined when there is no such Secret, a KubeError when the API server refuses to show it.
 *
 * @throws KubeError when the API server does not answer.
 */
export async function readSecret(
  client: Pick<KubeClient, 'get'>,
  key: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<SecretData | undefined | KubeError> {
  try {
    const secret = await client.get<KubeObject & { data?: SecretData }>(secretType, key, { signal });
    return secret.data ?? {};
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'Status') throw error;
    return isNotFound(error) ? undefined : error;
  }
}

/** For a person. */
export function couldNotRead(secretName: string, { status, reason }: KubeError): string {
  const advice = status === 403 ? '; give the operator the right to get this Secret' : '';
  return `Secret "${secretName}" could not be read: the API server answered ${status} ${reason}${advice}`;
}
