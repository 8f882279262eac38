import { stringify } from 'yaml';
import type { DrainList } from '../plan/observation.ts';

/** The text of `drains.yaml`. Sidecars read generations, UIDs and deadlines; the rest is for people and for the next operator. */
export function printDrains({ generation, poolGeneration, draining }: DrainList, poolUid: string): string {
  const entries = draining.map(({ slot, podUid, deadlineSeconds, since, cause, reason }) => ({
    slot,
    podUid,
    deadlineSeconds,
    since,
    cause,
    reason,
  }));
  return stringify({ generation, poolUid, poolGeneration, draining: entries });
}
