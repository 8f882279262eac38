import type { Endpoint, EndpointSlice } from '../../../src/balancer/endpoints/endpoint-slice.ts';

/** A pod's endpoint as the EndpointSlice controller writes it: ready unless told otherwise. */
export function endpointOf(
  slot: string,
  podUid: string,
  address: string,
  conditions: { ready?: boolean | null; serving?: boolean | null; terminating?: boolean | null } = {},
): Endpoint {
  return {
    addresses: [address],
    conditions: { ready: true, serving: true, terminating: false, ...conditions },
    hostname: slot,
    targetRef: { kind: 'Pod', name: `${slot}-${podUid}`, uid: podUid },
  };
}

/** A slice of the headless Service `prod-instances`. */
export function sliceOf(name: string, endpoints: Endpoint[], addressType = 'IPv4'): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'team', labels: { 'kubernetes.io/service-name': 'prod-instances' } },
    addressType,
    endpoints,
  };
}
