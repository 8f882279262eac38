import { poolNames, poolObject } from '../pools.ts';
import type { BareClient } from './bare-client.ts';

export interface CreatedPool {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Creates all pools at the same time, and goes on with each as soon as it is there. */
export async function createPools(
  client: BareClient,
  namespace: string,
  goOn: (pool: CreatedPool) => Promise<void> | void = () => {},
): Promise<void> {
  await Promise.all(
    poolNames.map(async (name) => {
      const answer = await client.send('POST', poolsPath(namespace), JSON.stringify(poolObject(namespace, name)));
      const { uid, resourceVersion } = JSON.parse(answer).metadata;
      await goOn({ name, uid, resourceVersion });
    }),
  );
}

export function poolsPath(namespace: string): string {
  return `/apis/pam.gatewaypool.io/v1alpha1/namespaces/${namespace}/gatewaypools`;
}
