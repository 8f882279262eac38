import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpLoadResult } from '../harness/http-load.ts';
import { nextImages } from '../harness/images.ts';
import { kubectl } from '../harness/kubectl.ts';
import { underMixedLoad } from '../harness/mixed-load.ts';
import { podsOfPool } from '../harness/pods.ts';
import { isReady, patchPool, waitForPool } from '../harness/pools.ts';
import { type Environment, prepareEnvironment, runWebPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;
const pool = 'web';

const podUids = async () => (await podsOfPool(environment.namespace, pool)).map(({ uid }) => uid);

async function underLoad(work: () => Promise<void>): Promise<HttpLoadResult> {
  const result = await underMixedLoad(environment.client, pool, work);
  process.stderr.write(`${result.requests} requests, ${result.failed} failed: ${JSON.stringify(result.byMethod)}\n`);
  return result;
}

beforeAll(async () => {
  environment = await prepareEnvironment('drain-under-load');
  await runWebPool(environment, pool, 3, {
    rollout: { policy: 'Rolling', minReadySeconds: 1 },
    drain: { deadlineSeconds: 60 },
  });
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

describe('HTTP requests of every method', () => {
  it('all succeed while a pod is deleted', async () => {
    const before = await podsOfPool(environment.namespace, pool);
    const victim = before[1];

    const result = await underLoad(async () => {
      await kubectl(['delete', 'pod', '-n', environment.namespace, victim?.name ?? '']);
      await waitForPool(environment.namespace, pool, 'Ready again', 60, isReady);
    });

    expect(result).toMatchObject({ errors: {}, failed: 0 });
    expect(result.byMethod['POST']).toBeGreaterThan(500);
    const after = await podUids();
    expect(after).not.toContain(victim?.uid);
    expect(after).toEqual(expect.arrayContaining(before.filter((pod) => pod !== victim).map(({ uid }) => uid)));
  }, 120_000);

  it('all succeed while every instance is replaced', async () => {
    const before = await podUids();

    const result = await underLoad(async () => {
      await patchPool(environment.namespace, pool, { image: nextImages.web });
      await waitForPool(environment.namespace, pool, 'three new instances', 120, (seen) => {
        return seen.status.updatedInstances === 3 && isReady(seen);
      });
    });

    expect(result).toMatchObject({ errors: {}, failed: 0 });
    expect(Object.keys(result.byInstance).sort()).toEqual(['web-0', 'web-1', 'web-2']);
    expect((await podUids()).filter((uid) => before.includes(uid))).toEqual([]);
  }, 180_000);
});
