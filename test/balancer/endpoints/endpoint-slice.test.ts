import { describe, expect, it } from '@jest/globals';
import { parseEndpointSlice } from '../../../src/balancer/endpoints/endpoint-slice.ts';
import { endpointOf } from './slices.ts';

const metadata = { name: 'prod-instances-x7k2p', namespace: 'team', uid: 'slice-uid', resourceVersion: '42' };
const head = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };

describe('parseEndpointSlice', () => {
  it('keeps what we read and drops the rest', () => {
    const endpoint = endpointOf('prod-0', 'u0', '10.1.0.1');
    const object = {
      ...head,
      metadata: { ...metadata, managedFields: [{ manager: 'kube-controller-manager' }], labels: { a: 'b' } },
      addressType: 'IPv4',
      endpoints: [{ ...endpoint, nodeName: 'n1', zone: 'z1', deprecatedTopology: {} }],
      ports: [],
    };

    const slice = parseEndpointSlice(object);

    expect(slice).toEqual({ ...head, metadata, addressType: 'IPv4', endpoints: [endpoint] });
  });

  it.each([{ endpoints: null }, {}])('reads a slice without endpoints: %j', (body) => {
    const object = { ...head, metadata: { name: 'empty' }, addressType: 'IPv4', ...body };

    const slice = parseEndpointSlice(object);

    expect(slice.endpoints).toEqual([]);
  });

  it('refuses what is not an EndpointSlice', () => {
    const object = { ...head, metadata, endpoints: 'none' };

    expect(() => parseEndpointSlice(object)).toThrow('addressType');
  });
});
