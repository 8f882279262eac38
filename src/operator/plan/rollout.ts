import type { Proviso } from './actions.ts';
import type { CountedPod } from './busy.ts';
import { isIdle, loadOf } from './busy.ts';
import { isReady } from './counts.ts';
import { othersServe } from './may-stop.ts';
import type { Observation } from './observation.ts';
import type { ActiveSlot, Wish } from './retirement.ts';
import type { Block } from './rollout-blocked.ts';
import { mayDrainAhead } from './drain-ahead.ts';
import { candidateBlockedBy, rolloutBlockedBy } from './rollout-blocked.ts';
import { deadlineOf } from './rollout-deadline.ts';
import type { Seating } from './seating.ts';
import { leastUsedFirst } from './who-goes-first.ts';

/** Which outdated instance is to be replaced now; not more than one. */
export interface Rollout {
  readonly next: Wish | undefined;
  /** Whose turn it is, whether or not it may go now. */
  readonly first: string | undefined;
  /** Why none is, although some are outdated. */
  readonly blocked: Block | undefined;
  /** One could go, if it turned out that it has no sessions. */
  readonly mayChange: boolean;
}

/**
 * Chooses the instance that goes next (guarantee G5). The first in the order of use is the one that goes or is waited for: passing over
 * it would order the drain of one and take back that of another at each look, because an instance that drains is not available either.
 */
export function rolloutOf(
  observation: Observation,
  seating: Seating,
  active: readonly ActiveSlot[],
  leaving: readonly Wish[],
  pods: readonly CountedPod[],
): Rollout {
  const { spec, revision } = observation.pool;
  const outdated = active.filter(
    (slot) => isToBeReplaced(slot, revision) && !leaving.some((wish) => wish.slot.name === slot.name),
  );
  if (outdated.length === 0) return nobody(undefined);

  const blocked = rolloutBlockedBy(observation, seating);
  if (blocked !== undefined) return nobody(blocked);

  const cordoned = nodesCordoned(active);
  const candidates = cordoned.length === 0 ? outdated : outdated.filter(isOnCordonedNode);
  const deadlineSeconds = deadlineOf(spec);
  const order = deadlineSeconds === null ? 'IdleFirst' : 'DrainingFirst';
  const [first] = leastUsedFirst(candidates, observation, pods, { order, causes: ['Outdated'], mayBeTheLast: true });
  if (first === undefined) return nobody(waitsForNode(cordoned));

  const idle = isIdle(loadOf(first.name, pods, spec));
  const company = { active, leaving, missing: Math.max(0, seating.target - active.length), revision };
  const others = candidateBlockedBy(first, { ...company, servesNobody: false });
  const servesNobody = others !== undefined && !isReady(first) && (idle || deadlineSeconds !== null);
  const waits = servesNobody ? candidateBlockedBy(first, { ...company, servesNobody }) : others;
  const ahead = waits !== undefined && mayDrainAhead(first, company, observation);
  if (waits !== undefined && !ahead) {
    const hopefuls = candidates.filter((slot) => !isReady(slot));
    const mayGo = (slot: ActiveSlot): boolean =>
      candidateBlockedBy(slot, { ...company, servesNobody: true }) === undefined;
    return { ...nobody(waits), first: first.name, mayChange: hopefuls.some(mayGo) };
  }

  // Note: the clients of the only instance that serves would find nobody while its sessions go on.
  const drains = idle || spec.rollout.policy === 'Rolling' || othersServe(first.name, pods);
  return {
    next: {
      slot: first,
      cause: 'Outdated',
      fate: 'replaced',
      why: whatChanged(first, observation),
      deadlineSeconds,
      drains,
      ...(waits === undefined ? {} : { waitsFor: waits.message }),
      proviso: provisoOf(active, leaving, servesNobody),
    },
    first: first.name,
    blocked: waits,
    mayChange: false,
  };
}

function provisoOf(active: readonly ActiveSlot[], leaving: readonly Wish[], servesNobody: boolean): Proviso {
  const others = active.filter(({ name }) => !leaving.some(({ slot }) => slot.name === name)).length - 1;
  return { othersLeft: { slots: servesNobody ? 0 : others, ready: true }, notReady: servesNobody };
}

/** Nobody goes. */
export function nobody(blocked: Block | undefined): Rollout {
  return { next: undefined, first: undefined, blocked, mayChange: false };
}

/** Whether its Deployment would make something else than what an instance that starts now is made from. */
function isToBeReplaced({ deployment }: ActiveSlot, revision: string): boolean {
  return deployment.revision !== revision || deployment.templateDrift;
}

/** As far as can be told: a revision is a hash. */
function whatChanged({ deployment }: ActiveSlot, { pool, config }: Observation): string {
  const { revision, configCopy, differsBesidesConfig } = deployment;
  if (revision === pool.revision) return 'somebody edited its pod template';
  const copy = config.state === 'Valid' ? config.copy : config.lastGoodCopy;
  const others =
    pool.restart === undefined ? 'the image or the template' : 'the image, the template or the restart annotation';
  const changed = [...(configCopy === copy ? [] : ['the configuration']), ...(differsBesidesConfig ? [others] : [])];
  return `${changed.join(' and ')} changed`;
}

/**
 * Nodes of the pool that take no new pods. Their drain needs the disruption budget of the pool, and an instance that drains
 * elsewhere would use it up.
 */
function nodesCordoned(active: readonly ActiveSlot[]): string[] {
  const nodes = active.flatMap(({ pods }) => pods.filter((pod) => pod.nodeCordoned).map((pod) => pod.node ?? ''));
  return [...new Set(nodes)];
}

function isOnCordonedNode({ pods }: ActiveSlot): boolean {
  return pods.some((pod) => pod.nodeCordoned && !pod.terminating);
}

function waitsForNode(nodes: readonly string[]): Block {
  const message = `none is replaced while node ${nodes.join(', ')} is cordoned, so that its own drain finds the disruption budget unused`;
  return { reason: 'WaitingForNode', message };
}
