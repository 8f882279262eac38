import * as z from 'zod';
import { describeFields, readYaml } from '../yaml/read-yaml.ts';

/** The key of the ConfigMap `<pool>-balancer` that names the pods which drain. */
export const drainsKey = 'drains.yaml';

/** Why an instance is to end. */
export const EndCause = z.enum(['StopRequested', 'NotWanted', 'Outdated', 'RevisionFailed']);
export type EndCause = z.infer<typeof EndCause>;

/** One pod that is to take no new sessions. */
export const OrderedDrain = z.object({
  /** For people and the operator; a slot may have two pods, so sidecars go by the UID. */
  slot: z.string().default(''),
  podUid: z.string().min(1),
  /** From the moment at which the pod's own sidecar sees the order; null: none. */
  deadlineSeconds: z.int().min(0).nullable().default(null),
  /** `generation` of the list with which this order began. */
  since: z.int().min(0).default(0),
  /** For the operator: its next look goes on from it. null: not said, or one that only a newer operator knows. */
  cause: EndCause.nullable().default(null).catch(null),
  /** A sentence for a person. */
  reason: z.string().default(''),
});
export type OrderedDrain = z.infer<typeof OrderedDrain>;

/**
 * The drains of a pool, by order of the operator. Note: unknown fields are ignored, because a sidecar may be older than the operator: an
 * upgrade of the operator restarts no pod.
 */
export const Drains = z.object({
  /** Grows by one with every write; 0: not said. */
  generation: z.int().min(0).default(0),
  /** metadata.uid of that pool; empty: not said. A pool that is deleted and created again counts its generations anew. */
  poolUid: z.string().default(''),
  /** metadata.generation of the pool that this was written for; 0: not said. */
  poolGeneration: z.int().min(0).default(0),
  draining: z.array(OrderedDrain).default([]),
});
export type Drains = z.infer<typeof Drains>;

export type ParsedDrains =
  | { readonly ok: true; readonly drains: Drains }
  /** `problem` names the field, or line and column, and what is wrong there. */
  | { readonly ok: false; readonly problem: string };

/** Reads the text of `drains.yaml`. No text, or an empty one: nothing drains. Never throws. */
export function parseDrains(text: string | undefined): ParsedDrains {
  const yaml = readYaml(text ?? '');
  if (!yaml.ok) return yaml;

  const parsed = Drains.safeParse(yaml.value ?? {});
  return parsed.success ? { ok: true, drains: parsed.data } : { ok: false, problem: describeFields(parsed.error) };
}
