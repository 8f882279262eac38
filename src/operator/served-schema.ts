import { gatewayPoolSchema } from '../api/crd/definition.ts';
import { gatewayPoolType, group } from '../api/identity.ts';
import { isRecord } from '../kube/json.ts';
import type { KubeTransport } from '../kube/transport/transport.ts';

/**
 * Fields of ours that the API server does not know: it would drop them without a word from what users and we write. Happens when the
 * operator was upgraded and its CustomResourceDefinition was not. Read from the API's own description, which everybody may read.
 *
 * @throws KubeError when there is no such API at all, or no answer
 */
export async function missingFields(transport: KubeTransport, signal: AbortSignal): Promise<string[]> {
  const { version, kind } = gatewayPoolType;
  const description = await transport.request({ method: 'GET', path: `/openapi/v3/apis/${group}/${version}`, signal });
  const served = servedSchema(description, kind);
  return fieldsOnlyIn(gatewayPoolSchema(), served, '').sort();
}

/** The schema of a kind in an OpenAPI document: https://kubernetes.io/docs/reference/using-api/api-concepts/#kubernetes-openapi-v3 */
function servedSchema(description: unknown, kind: string): unknown {
  const components = isRecord(description) ? description['components'] : undefined;
  const schemas = isRecord(components) ? components['schemas'] : undefined;
  const entries = Object.entries(isRecord(schemas) ? schemas : {});
  return entries.find(([name]) => name.endsWith(`.${kind}`))?.[1];
}

/** Paths of the properties that `ours` has and `served` has not. `metadata` is described elsewhere. */
export function fieldsOnlyIn(ours: unknown, served: unknown, at: string): string[] {
  if (!isRecord(ours)) return [];
  if (isRecord(ours['items']))
    return fieldsOnlyIn(ours['items'], isRecord(served) ? served['items'] : undefined, `${at}[]`);

  const properties = isRecord(ours['properties']) ? ours['properties'] : {};
  const known = isRecord(served) && isRecord(served['properties']) ? served['properties'] : {};
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = at === '' ? name : `${at}.${name}`;
    if (path === 'metadata') return [];
    return name in known ? fieldsOnlyIn(schema, known[name], path) : [path];
  });
}
