import type { GatewayPoolStatus } from '../../api/status.ts';
import type { ResolvedSpec } from '../../api/resolve.ts';
import type { Gate, Limits } from './gate.ts';
import { strictest } from './gate.ts';
import type { Observation } from './observation.ts';

/** What the user wants the limits to be. External instances take their seats first. */
export function wantedLimits({ maxInstances, externalInstances }: ResolvedSpec): Limits {
  return { maxInstances, externalInstances: externalInstances.length };
}

/** What the status shows, and guarantee G1 therefore holds for; undefined before the first time. */
export function publishedLimits(status: GatewayPoolStatus | undefined): Limits | undefined {
  if (status?.maxInstances === undefined) return undefined;
  return { maxInstances: status.maxInstances, externalInstances: status.externalInstances ?? 0 };
}

/**
 * What the planner acts on: a lower limit counts at once, a raise once the status shows it. A gate that obeys this generation already
 * proves that: our view of the status may be older than our view of the gate.
 */
export function limitsInForce(observation: Pick<Observation, 'pool' | 'gate'>): Limits {
  const { spec, status } = observation.pool;
  const wanted = wantedLimits(spec);
  return areObeyed(observation) ? wanted : strictest(wanted, publishedLimits(status));
}

/** Whether the gate obeys the limits of this very generation. */
export function areObeyed({ pool, gate }: Pick<Observation, 'pool' | 'gate'>): boolean {
  if (gate?.readable !== true) return false;
  return gate.gate.poolGeneration === pool.generation && sameLimits(gate.gate, wantedLimits(pool.spec));
}

export function sameLimits(left: Limits, right: Limits | undefined): boolean {
  return left.maxInstances === right?.maxInstances && left.externalInstances === right.externalInstances;
}

/** Seats that in-cluster instances may take. */
export function seatsForSlots({ maxInstances, externalInstances }: Limits): number {
  return Math.max(0, maxInstances - externalInstances);
}

/** Whether all slots that the gate lists have room under its limits. */
export function fits(gate: Pick<Gate, 'slots' | 'maxInstances' | 'externalInstances'>): boolean {
  return gate.slots.length + gate.externalInstances <= gate.maxInstances;
}
