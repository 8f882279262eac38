import * as z from 'zod';
import type { KubeObject, ResourceType } from '../../kube/object.ts';

export const endpointSliceType: ResourceType = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
};

/** Which Service a slice belongs to: set by the EndpointSlice controller. */
export const serviceNameLabel = 'kubernetes.io/service-name';

/** Go's JSON leaves an empty pointer out or writes null; both mean absent. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish();

const Endpoint = z.object({
  addresses: z.array(z.string()),
  conditions: optional(
    z.object({
      ready: optional(z.boolean()),
      serving: optional(z.boolean()),
      terminating: optional(z.boolean()),
    }),
  ),
  hostname: optional(z.string()),
  targetRef: optional(z.object({ kind: optional(z.string()), name: optional(z.string()), uid: optional(z.string()) })),
});
export type Endpoint = z.infer<typeof Endpoint>;

const SliceContent = z.object({
  addressType: z.string(),
  endpoints: z
    .array(Endpoint)
    .nullish()
    .transform((endpoints) => endpoints ?? []),
});

/**
 * One EndpointSlice, with the fields that we read:
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
 */
export type EndpointSlice = KubeObject & z.output<typeof SliceContent>;

/**
 * Keeps of an EndpointSlice what we read, so that the cache stays small.
 *
 * @throws z.ZodError when the object is not an EndpointSlice.
 */
export function parseEndpointSlice(object: KubeObject): EndpointSlice {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    ...SliceContent.parse(object),
  };
}
