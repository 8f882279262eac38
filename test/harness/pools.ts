import { z } from 'zod';
import { GatewayPoolSpec } from '../../src/api/spec.ts';
import { type Condition, GatewayPoolStatus } from '../../src/api/status.ts';
import { eventually } from './eventually.ts';
import { getJson, kubectl } from './kubectl.ts';

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

/** Changes fields of the spec, as `kubectl patch --type merge` does. */
export async function patchPool(namespace: string, name: string, spec: object): Promise<void> {
  await kubectl(['patch', 'gwp', name, '-n', namespace, '--type', 'merge', '-p', JSON.stringify({ spec })]);
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
    if (pool.status.observedGeneration === pool.metadata.generation && holds(pool)) return pool;
    throw new Error(`last seen:\n${describe(pool)}`);
  });
}

/** What a person would look at to see why it is not so yet. */
function describe({ status }: Pool): string {
  const conditions = (status.conditions ?? []).map(({ type, status: is, message }) => `${type}=${is}: ${message}`);
  const slots = (status.slots ?? []).map(({ name, state, reason }) => `${name} ${state}: ${reason}`);
  return [status.summary, ...slots, ...conditions].join('\n');
}

/** All wanted instances are Ready. */
export function isReady(pool: Pool): boolean {
  return conditionOf(pool, 'Ready')?.status === 'True';
}
