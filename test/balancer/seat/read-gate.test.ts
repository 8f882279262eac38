import { describe, expect, it } from '@jest/globals';
import { readGate } from '../../../src/balancer/seat/read-gate.ts';
import { KubeError } from '../../../src/kube/errors.ts';
import type { KubeTransport } from '../../../src/kube/transport/transport.ts';
import { createKubeClient } from '../../../src/kube/rest-client.ts';

const key = { namespace: 'team', name: 'prod-seats' };
const never = new AbortController().signal;

/** A connection on which every call ends in the same way. */
function transportOf(answer: unknown): KubeTransport & { paths: string[] } {
  const paths: string[] = [];
  return {
    paths,
    request: async ({ path }) => {
      paths.push(path);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    stream: () => Promise.reject(new Error('not used')),
    close: () => {},
  };
}

const configMap = (data?: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'prod-seats', namespace: 'team' },
  ...(data === undefined ? {} : { data }),
});

const refusal = (status: number) => new KubeError(`GET … failed: ${status}`, { code: 'Status', status });

describe('readGate', () => {
  it('reads the one ConfigMap by its name', async () => {
    const transport = transportOf(configMap({ 'seats.yaml': '{generation: 3, maxInstances: 1, mode: SelfHeal}' }));

    const reading = await readGate(createKubeClient(transport), key, never);

    expect(reading).toMatchObject({ kind: 'Seats', seats: { generation: 3 } });
    expect(transport.paths).toEqual(['/api/v1/namespaces/team/configmaps/prod-seats']);
  });

  it.each([
    { name: 'not found', answer: refusal(404), reading: { kind: 'Missing' } },
    { name: 'not logged in', answer: refusal(401), reading: { kind: 'Unavailable', problem: 'GET … failed: 401' } },
    { name: 'forbidden', answer: refusal(403), reading: { kind: 'Unavailable', problem: 'GET … failed: 403' } },
    {
      name: 'unreachable',
      answer: new KubeError('ECONNREFUSED', { code: 'Connection' }),
      reading: { kind: 'Unavailable', problem: 'ECONNREFUSED' },
    },
    {
      name: 'a ConfigMap without data',
      answer: configMap(),
      reading: { kind: 'Invalid', problem: 'key seats.yaml is missing' },
    },
    {
      name: 'a ConfigMap with bad content',
      answer: configMap({ 'seats.yaml': 'mode: Hold' }),
      reading: { kind: 'Invalid', problem: expect.stringMatching(/^seats\.yaml: generation: /) },
    },
  ])('never throws: $name', async ({ answer, reading }) => {
    expect(await readGate(createKubeClient(transportOf(answer)), key, never)).toEqual(reading);
  });
});
