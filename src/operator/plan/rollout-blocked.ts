import type { ReasonOf } from '../../api/conditions.ts';
import { startsBlockedBy } from './blocked.ts';
import { seatsForSlots, wantedLimits } from './cap.ts';
import { slotWithFailedRevision } from './failed-revision.ts';
import type { Observation } from './observation.ts';
import type { ActiveSlot, Wish } from './retirement.ts';
import type { Seating } from './seating.ts';

/** Why no outdated instance is replaced now. Whatever drains for a rollout is taken back then. */
export interface Block {
  readonly reason: ReasonOf<'RollingOut'>;
  /** A sentence. */
  readonly message: string;
}

/** What stands against any replacement (guarantees G2, G5); undefined: nothing. */
export function rolloutBlockedBy(observation: Observation, seating: Seating): Block | undefined {
  const { spec, revision } = observation.pool;
  if (spec.paused) return { reason: 'Paused', message: 'nothing is replaced while spec.paused is true' };

  const failed = slotWithFailedRevision(observation);
  if (failed !== undefined) {
    return {
      reason: 'RevisionFailed',
      message: `nothing is replaced, because revision ${revision} failed in ${failed.name}`,
    };
  }
  if (isOverTheCap(observation, seating)) {
    return { reason: 'CapExceeded', message: 'nothing is replaced while more run than the maximum allows' };
  }
  if (spec.rollout.policy === 'OnDelete') {
    return { reason: 'WaitingForDelete', message: 'policy OnDelete: they run on until someone stops them' };
  }
  // Note: a replacement ends in a start, so what forbids starts forbids it too.
  const blocked = startsBlockedBy(observation);
  return blocked === undefined ? undefined : { reason: 'Blocked', message: `nothing is replaced, because ${blocked}` };
}

/** A slot that were replaced now would not come back: its next pod is held. */
export function isOverTheCap({ pool, gate }: Observation, { slots, limits }: Seating): boolean {
  const isHeld = gate?.readable === true && gate.gate.mode === 'Hold';
  return isHeld || slots.length > Math.min(seatsForSlots(limits), seatsForSlots(wantedLimits(pool.spec)));
}

/**
 * Why this one may not be replaced although nothing stands against replacements as such: one instance at a time is missing at most.
 * One that serves nobody may go although others are missing too, or nothing would ever mend a broken pool.
 */
export function candidateBlockedBy(
  candidate: ActiveSlot,
  { active, leaving, missing, servesNobody, revision }: Company,
): Block | undefined {
  const others = active.filter(
    ({ name }) => name !== candidate.name && !leaving.some(({ slot }) => slot.name === name),
  );
  const unavailable = others.filter(({ deployment }) => !deployment.available);
  const underWay = unavailable.find(({ deployment }) => deployment.revision === revision && !deployment.templateDrift);
  if (underWay !== undefined) return waitsFor(`${underWay.name} is not available yet`);
  if (servesNobody) return undefined;

  const stopping = leaving.find(({ cause }) => cause === 'StopRequested');
  if (stopping !== undefined)
    return waitsFor(`${stopping.slot.name}, which was asked to stop, is started again or gone`, 'until');
  const [first] = unavailable;
  if (first !== undefined) return waitsFor(`${first.name} is not available`);
  return missing > 0
    ? waitsFor(`${missing} more ${missing === 1 ? 'is' : 'are'} wanted and not started yet`)
    : undefined;
}

/** The rest of the pool, as the candidate finds it. */
export interface Company {
  readonly active: readonly ActiveSlot[];
  /** Those that are to stop, for other reasons than a rollout. */
  readonly leaving: readonly Wish[];
  /** Instances that are wanted and have no Deployment yet. */
  readonly missing: number;
  readonly servesNobody: boolean;
  readonly revision: string;
}

function waitsFor(what: string, how: 'while' | 'until' = 'while'): Block {
  return { reason: 'Replacing', message: `none is replaced ${how} ${what}` };
}
