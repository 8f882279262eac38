import { z } from 'zod';
import { GatewayPoolSpec } from '../../src/api/spec.ts';
import { type Condition, GatewayPoolStatus } from '../../src/api/status.ts';
import { eventually } from './eventually.ts';
import { getJson } from './kubectl.ts';

const Pool = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), generation: z.number() }),
  spec: GatewayPoolSpec,
  status: GatewayPoolStatus,
});
/** A GatewayPool as the cluster has it now. */
export type Pool = z.infer<typeof Pool>;

export function getPool(namespace: string, name: string): Promise<Pool> {
  return getJson(Pool, ['gatewaypool', name, '-n', namespace]);
}

export function conditionOf(pool: Pool, type: string): Condition | undefined {
  return pool.status.conditions?.find((condition) => condition.type === type);
}

/** Waits until the operator has seen the newest spec and what `holds` asks for is true. */
export function waitForPool(
  namespace: string,
  name: string,
  what: string,
  seconds: number,
  holds: (pool: Pool) => boolean,
): Promise<Pool> {
  return eventually(`GatewayPool ${namespace}/${name}: ${what}`, seconds, async () => {
    const pool = await getPool(namespace, name);
    return pool.status.observedGeneration === pool.metadata.generation && holds(pool) ? pool : undefined;
  });
}

/** All wanted instances are Ready. */
export function isReady(pool: Pool): boolean {
  return conditionOf(pool, 'Ready')?.status === 'True';
}
