import type { ReasonOf } from '../conditions.ts';

/** A rule that a configuration breaks: the reason of `ConfigValid=False`, and the rule in words that never contain the value. */
export interface ConfigProblem {
  readonly reason: Exclude<ReasonOf<'ConfigValid'>, 'Valid' | 'NotRead'>;
  readonly rule: string;
}
