import { describe, expect, it } from '@jest/globals';
import { type BareRequest, bareRequests, translated } from './bare-requests.ts';
import type { RecordedRequest } from './recorder.ts';

const path = '/api/v1/namespaces/recorded';

function recorded(method: string, target: string, body: object = {}, status = 200): RecordedRequest {
  const text = method === 'GET' ? '' : JSON.stringify(body);
  return { method, target, contentType: 'application/json', body: text, status, startedAt: 0, endedAt: 1 };
}

function targets(requests: readonly RecordedRequest[]): Record<string, string[]> {
  const byPool = bareRequests(requests, 'recorded');
  return Object.fromEntries([...byPool].map(([pool, waves]) => [pool, waves.flat().map(({ target }) => target)]));
}

describe('bareRequests', () => {
  it('finds the pool of a request in its path, its selector or its body', () => {
    const requests = [
      recorded('GET', `${path}/secrets/pool-01-config`),
      recorded('GET', `${path}/pods?labelSelector=pam.gatewaypool.io%2Fpool%3Dpool-02`),
      recorded('POST', `${path}/configmaps`, { metadata: { name: 'pool-03-seats' } }),
    ];

    const found = targets(requests);

    expect(Object.keys(found)).toEqual(['pool-01', 'pool-02', 'pool-03']);
  });

  it.each([
    {
      name: 'a refused request',
      request: recorded('POST', `${path}/configmaps`, { metadata: { name: 'pool-01' } }, 409),
    },
    { name: 'an Event', request: recorded('POST', '/apis/events.k8s.io/v1/namespaces/recorded/events?pool-01') },
    { name: 'another namespace', request: recorded('GET', '/api/v1/namespaces/other/secrets/pool-01-config') },
    { name: 'a request about no pool', request: recorded('GET', `${path}/pods`) },
  ])('leaves out $name', ({ request }) => {
    const found = targets([request]);

    expect(found).toEqual({});
  });
});

describe('translated', () => {
  const texts = new Map([
    ['recorded', 'bare'],
    ['uid-1', 'uid-2'],
  ]);
  const request = (body: object): BareRequest => ({
    step: '',
    startedAt: 0,
    endedAt: 0,
    method: 'PUT',
    target: `${path}/configmaps/pool-01-seats?fieldManager=x`,
    contentType: undefined,
    body,
  });

  it('names the other namespace and the other owner', () => {
    const seats = request({ metadata: { namespace: 'recorded', ownerReferences: [{ uid: 'uid-1' }] } });

    const { target, body } = translated(seats, { texts, version: () => undefined });

    expect(target).toBe('/api/v1/namespaces/bare/configmaps/pool-01-seats?fieldManager=x');
    expect(JSON.parse(body ?? '')).toEqual({ metadata: { namespace: 'bare', ownerReferences: [{ uid: 'uid-2' }] } });
  });

  it('compares and swaps with the version that this round wrote', () => {
    const versions = new Map([['/api/v1/namespaces/bare/configmaps/pool-01-seats', '77']]);

    const { body } = translated(request({ metadata: { resourceVersion: '5' } }), {
      texts,
      version: (object) => versions.get(object),
    });

    expect(JSON.parse(body ?? '')).toEqual({ metadata: { resourceVersion: '77' } });
  });

  it('does not go on with the version of another round', () => {
    const swap = request({ metadata: { resourceVersion: '5' } });

    const attempt = () => translated(swap, { texts, version: () => undefined });

    expect(attempt).toThrow('Nothing was written to /api/v1/namespaces/bare/configmaps/pool-01-seats');
  });
});
