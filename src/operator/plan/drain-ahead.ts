import { isReady } from './counts.ts';
import type { Observation } from './observation.ts';
import type { ActiveSlot } from './retirement.ts';
import type { Company } from './rollout-blocked.ts';
import { isDraining } from './who-goes-first.ts';

/**
 * Whether the next instance of a rollout may drain while the one before is Ready, but not yet for `rollout.minReadySeconds`. It only
 * drains, which can be taken back; it ends when the other one is available. By then the sidecars and kube-proxy have long noticed,
 * which they would else be waited for once per instance.
 *
 * - A drain that has begun goes on: everybody who annotates a Deployment makes it unavailable for a moment, and the time of a drain that
 *   were taken back would begin anew.
 * - One begins only where a third instance is available: clients must not depend on one that has just started.
 */
export function mayDrainAhead(
  candidate: ActiveSlot,
  { active, leaving, missing }: Omit<Company, 'servesNobody'>,
  observation: Observation,
): boolean {
  if (missing > 0 || leaving.length > 0) return false;

  const others = active.filter(({ name }) => name !== candidate.name);
  if (!others.every(isReady)) return false;

  if (isDraining(['Outdated'], candidate, observation)) return true;
  const { listeners } = observation.pool.spec;
  return listeners.length > 0 && others.every(runsItsRevision) && others.some(({ deployment }) => deployment.available);
}

/** Note: right after a replacement the pod that is about to end still looks Ready. */
function runsItsRevision({ deployment, pods }: ActiveSlot): boolean {
  return deployment.updated && pods.every(({ ended, revision }) => ended || revision === deployment.revision);
}
