import type { ResolvedSpec } from '../../api/resolve.ts';

/**
 * How long after the beginning of its drain the sessions of an outdated instance may be cut off, in seconds; null: never. Policy OnIdle
 * goes on like Rolling after `maxWaitSeconds`, if that is set.
 */
export function deadlineOf({ rollout, drain }: Pick<ResolvedSpec, 'rollout' | 'drain'>): number | null {
  if (rollout.policy === 'Rolling') return drain.deadlineSeconds;
  return rollout.maxWaitSeconds === undefined ? null : rollout.maxWaitSeconds + drain.deadlineSeconds;
}
