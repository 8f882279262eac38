import { describeReady } from './counts.ts';
import type { Picture } from './picture.ts';
import type { Verdicts } from './conditions/all.ts';

/** The pool in a few words, for a column of `kubectl get`: what a person should know first. */
export function summaryOf({ observation, counts }: Picture, verdicts: Verdicts, draining: number): string {
  const have = `${describeReady(counts)}${draining === 0 ? '' : `, ${draining} draining`}`;
  const over = counts.surplus > 0 ? `${counts.surplus} over the maximum` : undefined;
  if (observation.pool.spec.paused) return ['paused', ...(over === undefined ? [] : [over]), have].join(', ');
  if (verdicts.Stalled.status === 'True') return `stalled, ${have}`;
  if (over !== undefined) return over;
  if (verdicts.ConfigValid.status === 'False') return `config not valid, ${have}`;
  if (verdicts.TLSValid.reason === 'Expired') return `certificate expired, ${have}`;
  if (verdicts.TLSValid.status === 'False') return `TLS not valid, ${have}`;
  return have;
}
