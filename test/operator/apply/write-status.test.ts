import { describe, expect, it } from '@jest/globals';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { trusted } from '../../../src/kube/json.ts';
import { trackedClient } from '../../../src/operator/apply/tracked-client.ts';
import { writeStatus } from '../../../src/operator/apply/write-status.ts';
import { podType } from '../../../src/operator/resources.ts';
import { poolOf } from '../plan/pool-of.ts';

const signal = new AbortController().signal;
const status: GatewayPoolStatus = { observedGeneration: 4, summary: '1 of 1 ready', maxInstances: 1 };

async function patchFor(before: GatewayPoolStatus | undefined, after: GatewayPoolStatus): Promise<unknown> {
  let sent: unknown;
  const client = trusted<KubeClient>({
    mergePatch: async (_type: unknown, _key: unknown, patch: unknown) => {
      sent = patch;
    },
  });
  const { pool } = poolOf();
  const isWritten = await writeStatus(client, { ...pool, status: before }, after, signal);
  expect(isWritten).toBe(sent !== undefined);
  return sent;
}

describe('writeStatus', () => {
  it.each([
    { name: 'the same', before: status },
    { name: 'the same in another order', before: { maxInstances: 1, summary: '1 of 1 ready', observedGeneration: 4 } },
  ])('sends nothing when the status is $name', async ({ before }) => {
    expect(await patchFor(before, status)).toBeUndefined();
  });

  it('sends the version that it was decided on, so that a newer pool is not overwritten', async () => {
    const { pool } = poolOf();

    expect(await patchFor({ ...status, summary: 'other' }, status)).toEqual({
      metadata: { uid: pool.uid, resourceVersion: pool.resourceVersion },
      status,
    });
  });

  it('takes away what is not said any more', async () => {
    const patch = await patchFor({ ...status, selector: 'pool=prod' }, status);

    expect(patch).toMatchObject({ status: { ...status, selector: null } });
  });

  it('writes the first status of a pool', async () => {
    expect(await patchFor(undefined, status)).toMatchObject({ status });
  });
});

describe('trackedClient', () => {
  const answer = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', resourceVersion: '8' } };
  const writes: string[] = [];
  const verb = async (): Promise<unknown> => answer;
  const client = trackedClient(
    trusted<KubeClient>({ get: verb, create: verb, replace: verb, apply: verb, mergePatch: verb }),
    (type, { metadata }) => writes.push(`${type.kind} ${metadata.resourceVersion}`),
  );

  it('tells of every write that was answered, and of no read', async () => {
    await client.get(podType, { name: 'x' });
    await client.create(podType, answer);
    await client.replace(podType, answer);
    await client.apply(podType, answer, { fieldManager: 'm', force: true });
    await client.mergePatch(podType, { name: 'x' }, {});

    expect(writes).toEqual(['Pod 8', 'Pod 8', 'Pod 8', 'Pod 8']);
  });
});
