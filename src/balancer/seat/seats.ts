import * as z from 'zod';
import { describeFields, readYaml } from '../yaml/read-yaml.ts';

/** The key of the ConfigMap `<pool>-seats` that holds the start gate. */
export const seatsKey = 'seats.yaml';

/**
 * The start gate: which slots may start a gateway. The operator writes it, sidecars read it live before they let their gateway start.
 *
 * Note: unknown fields are ignored, because a sidecar may be older than the operator: an upgrade of the operator restarts no pod.
 */
export const Seats = z.object({
  /** Grows by one with every write. */
  generation: z.int().min(0),
  /** The cap that this gate was written for. */
  maxInstances: z.int().min(0),
  /** SelfHeal: any pod of a seated slot may start. Hold: only the pods in `seated`. */
  mode: z.enum(['SelfHeal', 'Hold']),
  /** Names of the slots that hold a seat. */
  slots: z.array(z.string()).default([]),
  /** UIDs of the pods that may run in mode Hold. */
  seated: z.array(z.string()).default([]),
});
export type Seats = z.infer<typeof Seats>;

export type ParsedSeats =
  | { readonly ok: true; readonly seats: Seats }
  /** `problem` names the field, or line and column, and what is wrong there. */
  | { readonly ok: false; readonly problem: string };

/** Reads the text of `seats.yaml`. Never throws: a gate that cannot be read holds its pods, and says why. */
export function parseSeats(text: string): ParsedSeats {
  const yaml = readYaml(text);
  if (!yaml.ok) return yaml;

  const parsed = Seats.safeParse(yaml.value);
  return parsed.success ? { ok: true, seats: parsed.data } : { ok: false, problem: describeFields(parsed.error) };
}
