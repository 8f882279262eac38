import { z } from 'zod';
import { getJson } from './kubectl.ts';

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        uid: z.string(),
        labels: z.record(z.string(), z.string()),
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({
        nodeName: z.string().optional(),
        containers: z.array(z.object({ name: z.string(), image: z.string() })),
      }),
      status: z.object({
        phase: z.string(),
        podIP: z.string().optional(),
        containerStatuses: z
          .array(z.object({ name: z.string(), restartCount: z.number(), started: z.boolean().optional() }))
          .optional(),
      }),
    }),
  ),
});

/** One pod of a pool, as the tests look at it. */
export interface PoolPod {
  readonly name: string;
  readonly uid: string;
  readonly slot: string;
  readonly node: string;
  /** Empty until it has one. */
  readonly address: string;
  /** Of the gateway. */
  readonly image: string;
  readonly terminating: boolean;
  /** The gateway container runs. */
  readonly gatewayRuns: boolean;
  readonly restarts: number;
}

/** All pods of a pool, in the order of their slots. */
export async function podsOfPool(namespace: string, pool: string): Promise<readonly PoolPod[]> {
  const { items } = await getJson(Pods, ['pods', '-n', namespace, '-l', `pam.gatewaypool.io/pool=${pool}`]);
  return items
    .map(({ metadata, spec, status }) => {
      const gateway = status.containerStatuses?.find(({ name }) => name === 'gateway');
      return {
        name: metadata.name,
        uid: metadata.uid,
        slot: metadata.labels['pam.gatewaypool.io/slot'] ?? '',
        node: spec.nodeName ?? '',
        address: status.podIP ?? '',
        image: spec.containers.find(({ name }) => name === 'gateway')?.image ?? '',
        terminating: metadata.deletionTimestamp !== undefined,
        gatewayRuns: gateway?.started === true,
        restarts: gateway?.restartCount ?? 0,
      };
    })
    .sort((a, b) => a.slot.localeCompare(b.slot));
}
