import { type Environment, runWebPool } from '../../e2e/environment.ts';
import type { HttpLoadResult } from '../../harness/http-load.ts';
import { images, nextImages } from '../../harness/images.ts';
import { kubectl } from '../../harness/kubectl.ts';
import { underMixedLoad } from '../../harness/mixed-load.ts';
import { podsOfPool } from '../../harness/pods.ts';
import { getPool, isReady, patchPool, waitForPool } from '../../harness/pools.ts';

/** A pool of three web gateways that clients are about to work with. */
export interface LoadedPool {
  readonly environment: Environment;
  remove(): Promise<void>;
}

const name = 'loaded';

export async function startLoadedPool(environment: Environment): Promise<LoadedPool> {
  const { namespace } = environment;
  await runWebPool(environment, name, 3, {
    rollout: { policy: 'Rolling', minReadySeconds: 1 },
    drain: { deadlineSeconds: 60 },
  });
  const remove = async () => {
    await kubectl(['delete', 'gwp', name, '-n', namespace, '--cascade=foreground'], { timeoutMilliseconds: 100_000 });
  };
  return { environment, remove };
}

/** `kubectl delete pod` of another instance in each run, under load until the pool is whole again. */
export function deletedUnderLoad({ environment }: LoadedPool, run: number): Promise<HttpLoadResult> {
  const { client, namespace } = environment;
  return underMixedLoad(client, name, async () => {
    const pods = await podsOfPool(namespace, name);
    const victim = pods[run % pods.length]?.name ?? '';
    await kubectl(['delete', 'pod', victim, '-n', namespace], { timeoutMilliseconds: 80_000 });
    await waitForPool(namespace, name, 'Ready again', 60, isReady);
  });
}

/** All three replaced, one after the other, by the other one of two images. */
export function replacedUnderLoad({ environment }: LoadedPool): Promise<HttpLoadResult> {
  const { client, namespace } = environment;
  return underMixedLoad(client, name, async () => {
    const { spec } = await getPool(namespace, name);
    await patchPool(namespace, name, { image: spec.image === images.web ? nextImages.web : images.web });
    await waitForPool(namespace, name, 'three new instances', 120, (seen) => {
      return seen.status.updatedInstances === 3 && isReady(seen);
    });
  });
}
