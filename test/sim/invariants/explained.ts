import type { ResolvedSpec } from '../../../src/api/resolve.ts';
import type { Observation, ObservedPod, ObservedSlot } from '../../../src/operator/plan/observation.ts';
import type { Intent, Look } from '../operator/intent.ts';
import type { Occurrence } from './occurrence.ts';
import { Violation } from './violation.ts';

type Explained = Extract<Occurrence, { kind: 'SlotDeleted' | 'SlotRolled' | 'DrainsWritten' }>;

/**
 * Guarantees G2 and G4: an operator drains and stops an instance because somebody asked for that very instance, because `replicas` as
 * the user wrote it is lower, or because a rollout within the cap replaces it. The maximum is no reason, now or later.
 */
export function assertExplained(occurrence: Explained): void {
  if (occurrence.kind === 'DrainsWritten') {
    for (const { slot } of occurrence.added) assertDrainExplained(occurrence.intent, slot);
    return;
  }
  const { deployment, intent } = occurrence;
  const { action, look } = intent;
  if (action.action !== 'StopSlot' && action.action !== 'RollSlot') return;

  const { spec } = look;
  if (spec === undefined)
    throw new Violation(`G2: ${action.action} of ${deployment.slot} without a live look at the pool`);
  if (spec.paused) throw new Violation(`G2: ${action.action} of ${deployment.slot} while the pool is paused`);
  const unexplained =
    occurrence.kind === 'SlotDeleted'
      ? unexplainedStop(look, spec, deployment.stopRequested)
      : unexplainedRoll(intent, spec);
  if (unexplained !== undefined) {
    throw new Violation(
      `G2: ${action.action} of ${deployment.slot} by operator ${intent.operator}: ${unexplained} (${action.reason})`,
    );
  }
  if (action.mayCut) assertMayCut(intent, spec, deployment.slot);
}

/** Judged by its last look: meanwhile somebody may have stopped another one, by hand. */
function unexplainedStop(
  { deployments, pods }: Look,
  { replicas }: ResolvedSpec,
  stopRequested: boolean,
): string | undefined {
  if (stopRequested) return undefined;
  if (replicas === undefined) return 'replicas is absent, and nobody asked to stop it';

  const wanted = deployments.filter((deployment) => deployment.replicas > 0).length;
  const staying = new Set(pods.filter(({ terminating }) => !terminating).map(({ slot }) => slot)).size;
  const active = Math.max(wanted, staying);
  return active > replicas ? undefined : `${active} instances are there, and replicas is ${replicas}`;
}

function unexplainedRoll({ action, look, observation }: Intent, spec: ResolvedSpec): string | undefined {
  if (action.action !== 'RollSlot' || action.to.kind === 'LastGood') return undefined;
  if (spec.rollout.policy === 'OnDelete') return 'the policy is OnDelete';

  const slots = new Set(look.pods.map(({ slot }) => slot));
  const seats = slots.size + spec.externalInstances.length;
  if (seats > spec.maxInstances) return `${seats} seats are taken, and maxInstances is ${spec.maxInstances}`;

  const slot = observation.slots.find(({ name }) => name === action.slot);
  const cordoned = observation.slots.find((other) => other !== slot && isOnCordonedNode(other));
  if (cordoned !== undefined && slot !== undefined && !isOnCordonedNode(slot)) {
    return `the node of ${cordoned.name} is cordoned, and its drain needs the disruption budget`;
  }
  return slot !== undefined && isOutdated(slot, observation) ? undefined : 'it is not outdated';
}

/** Judged by what the operator saw: its caches may be old, and they must say so themselves. */
function assertDrainExplained({ operator, observation }: Intent, name: string): void {
  const { spec } = observation.pool;
  if (spec.paused) throw new Violation(`G2: operator ${operator} ordered ${name} to drain while the pool is paused`);
  const slot = observation.slots.find((found) => found.name === name);
  if (slot?.deployment?.stopRequested === true) return;

  const active = observation.slots.filter(
    ({ deployment }) => deployment?.deleting === false && deployment.replicas > 0,
  );
  if (spec.replicas !== undefined && active.length > spec.replicas) return;

  const seats = observation.slots.filter(exists).length + spec.externalInstances.length;
  const mayRoll = seats <= spec.maxInstances && spec.rollout.policy !== 'OnDelete';
  if (mayRoll && slot !== undefined && isOutdated(slot, observation)) return;
  if (slot?.pods.some((pod) => seemsToFail(pod, observation)) === true) return;
  throw new Violation(`G2: operator ${operator} ordered ${name} to drain, and nobody wanted that`);
}

/** A session is cut at a deadline that the user set for rollouts, and for nothing else. */
function assertMayCut({ action, operator }: Intent, { rollout }: ResolvedSpec, slot: string): void {
  const hasDeadline = rollout.policy === 'Rolling' || rollout.maxWaitSeconds !== undefined;
  if (action.action === 'RollSlot' && hasDeadline) return;
  throw new Violation(`G3: operator ${operator} would cut sessions of ${slot}, and the user set no deadline for that`);
}

/** A watch that hangs may keep it from the operator that the gateway came up. Before the slot goes back, it looks again. */
function seemsToFail(
  { revision, ready, restarts, progressMilliseconds = 0 }: ObservedPod,
  { pool }: Observation,
): boolean {
  const { progressDeadlineSeconds } = pool.spec.rollout;
  const isLate = progressMilliseconds >= progressDeadlineSeconds * 1000;
  return revision === pool.revision && !ready && (restarts >= 3 || isLate);
}

function isOnCordonedNode({ deployment, pods }: ObservedSlot): boolean {
  const isActive = deployment?.deleting === false && deployment.replicas > 0;
  return isActive && pods.some(({ nodeCordoned, terminating }) => nodeCordoned && !terminating);
}

function exists({ deployment, pods }: ObservedSlot): boolean {
  return deployment !== undefined || pods.some(({ ended }) => !ended);
}

function isOutdated({ deployment, pods }: ObservedSlot, { pool }: Observation): boolean {
  if (deployment === undefined) return false;
  return (
    deployment.revision !== pool.revision ||
    deployment.templateDrift ||
    pods.some(({ revision, terminating }) => !terminating && revision !== pool.revision)
  );
}
