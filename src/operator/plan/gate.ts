import { z } from 'zod';
import { Seats } from '../../balancer/seat/seats.ts';

/**
 * The start gate as the operator keeps it: what sidecars read ({@link Seats}), and what operators tell each other. It is the one
 * serialisation point of guarantee G1: every write is a compare-and-swap on the ConfigMap's resourceVersion, so no clock, cache or
 * lease has to be trusted.
 */
export const Gate = Seats.extend({
  /**
   * metadata.generation of the pool that this gate obeys: a fencing token. It never goes back, so an operator that still sees an older
   * spec cannot loosen what a newer one tightened.
   */
  poolGeneration: z.int().min(0),
  /** Seats of the cap that external instances take. */
  externalInstances: z.int().min(0),
  /**
   * True from the moment a lost gate is created again until all slots that exist are listed in it. No pod may start by it, and nothing
   * may be concluded from a slot that is missing in it.
   */
  rebuilding: z.boolean().default(false),
});
export type Gate = z.infer<typeof Gate>;

/** The gate's ConfigMap, as it was last seen. */
export type ObservedGate =
  | {
      readonly readable: true;
      readonly gate: Gate;
      readonly uid: string;
      readonly resourceVersion: string;
      /**
       * How long this process has known this resourceVersion, by its own monotonic clock: never longer than the gate has been so.
       * 0 when that is not known.
       */
      readonly ageMilliseconds: number;
    }
  /** Somebody wrote what no gate is. `problem` names the field. */
  | { readonly readable: false; readonly problem: string; readonly uid: string; readonly resourceVersion: string };

/** The two numbers that G1 is about. */
export interface Limits {
  readonly maxInstances: number;
  readonly externalInstances: number;
}

/** Limits that break neither of the two: what may be acted on while a newer spec is not shown in the status yet. */
export function strictest(wanted: Limits, published: Limits | undefined): Limits {
  if (published === undefined) return wanted;
  return {
    maxInstances: Math.min(wanted.maxInstances, published.maxInstances),
    externalInstances: Math.max(wanted.externalInstances, published.externalInstances),
  };
}

/** Lets nothing start and lists no slot: how a gate is born, and what takes the place of one that nobody could read. */
export function closedGate(poolGeneration: number): Gate {
  return {
    generation: 0,
    maxInstances: 0,
    mode: 'Hold',
    slots: [],
    seated: [],
    poolGeneration,
    externalInstances: 0,
    rebuilding: true,
  };
}

/**
 * How long after the gate was closed a sidecar may still act on what it read before: its read has a deadline of 5 s, and it writes
 * its marker right after. Three times that, so that a slow disk or a stopped process has room.
 */
export const gateSettleMilliseconds = 15_000;

/**
 * Where the generations of a new object begin. Those of a lost one must not come back: a sidecar that last read the old object would
 * seem to know the new one. A resourceVersion grows for ever, so counting goes on from there.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function firstGeneration(resourceVersion: string): number {
  const number = Number(resourceVersion);
  return Number.isSafeInteger(number) && number > 0 ? number : 1;
}
