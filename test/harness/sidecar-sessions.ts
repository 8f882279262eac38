import { z } from 'zod';
import { kubectl } from './kubectl.ts';
import { podsOfPool } from './pods.ts';

/** What a sidecar says of its sessions; the part that the tests read. */
export const SidecarSessions = z.object({
  sessions: z.number().nullable(),
  transit: z.number(),
  backends: z.record(z.string(), z.number()),
  draining: z.boolean(),
  drain: z
    .object({ cause: z.string(), deadlineReached: z.boolean(), remainingSeconds: z.number().nullable() })
    .nullable(),
});
export type SidecarSessions = z.infer<typeof SidecarSessions>;

/** `GET :15090/sessions` of one pod, through the API server. */
export async function sidecarSessions(namespace: string, pod: string): Promise<SidecarSessions> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}:15090/proxy/sessions`;
  return SidecarSessions.parse(JSON.parse(await kubectl(['get', '--raw', path])));
}

/** The answers of all sidecars of a pool, by slot; of a slot with two pods, the one that ends comes first and is overwritten. */
export async function poolSessions(namespace: string, pool: string): Promise<ReadonlyMap<string, SidecarSessions>> {
  const pods = (await podsOfPool(namespace, pool)).toSorted((a, b) => Number(b.terminating) - Number(a.terminating));
  const answers = pods.map(async ({ name, slot }) => [slot, await sidecarSessions(namespace, name)] as const);
  return new Map(await Promise.all(answers));
}

/** Sessions of each instance: the sum of its numbers over the sidecars of the pool. Instances without any are left out. */
export function sessionsByInstance(answers: Iterable<SidecarSessions>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { backends } of answers) {
    for (const [instance, count] of Object.entries(backends)) {
      if (count > 0) counts[instance] = (counts[instance] ?? 0) + count;
    }
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}
