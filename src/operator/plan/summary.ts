import { describeReady } from './counts.ts';
import type { Picture } from './picture.ts';
import type { Verdicts } from './conditions/all.ts';

/** The pool in a few words, for a column of `kubectl get`: what a person should know first. */
export function summaryOf({ observation, counts }: Picture, verdicts: Verdicts): string {
  const have = describeReady(counts);
  if (observation.pool.spec.paused) return `paused, ${have}`;
  if (verdicts.Stalled.status === 'True') return `stalled, ${have}`;
  if (counts.surplus > 0) return `${counts.surplus} over the maximum`;
  if (verdicts.ConfigValid.status === 'False') return `config not valid, ${have}`;
  return have;
}
