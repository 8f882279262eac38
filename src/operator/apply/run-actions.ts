import type { Clock } from '../../kube/clock.ts';
import type { Obstacles, PoolMemory } from '../observe/pool-memory.ts';
import { noObstacles } from '../observe/pool-memory.ts';
import type { Action } from '../plan/actions.ts';
import { canonicalJson } from '../render/canonical-json.ts';
import { carryOut } from '../seat-protocol/carry-out.ts';
import type { SeatApi } from '../seat-protocol/seat-api.ts';
import type { ApplyContext } from './context.ts';
import { deleteConfigCopies } from './delete-config-copies.ts';
import { ensureChildren } from './ensure-children.ts';
import { NameTakenError } from './name-taken.ts';
import { RefusedError } from './refusal.ts';
import { rememberRevision } from './remember-revision.ts';
import { repairSlot } from './repair-slot.ts';
import { startBackoffMilliseconds } from './start-backoff.ts';

/** What became of a plan's actions. */
export interface RunOutcome {
  /** All were carried out. Otherwise the plan is out of date: look again. */
  readonly completed: boolean;
  /** Those that were carried out, in order. */
  readonly done: readonly Action[];
  readonly memory: PoolMemory;
}

/** Where the actions meet the world. */
export interface RunInputs {
  readonly context: ApplyContext;
  readonly seatApi: SeatApi;
  readonly memory: PoolMemory;
  readonly clock: Clock;
}

/**
 * Carries out the actions in order and stops at the first that could not be: the world is not what the plan was made from then. What
 * stood in the way is remembered, so that the next plan knows it. Throws what another try may mend.
 */
export async function runActions(inputs: RunInputs, actions: readonly Action[]): Promise<RunOutcome> {
  const { context, clock } = inputs;
  const done: Action[] = [];
  let { memory } = inputs;
  for (const action of actions) {
    if (makesPods(action) && clock.monotonicMilliseconds() < memory.startAgainAt) {
      return { completed: false, done, memory };
    }

    const step = await attempt({ ...inputs, memory }, action);
    memory = step.memory;
    if (!step.done) {
      context.logger.info({ action: action.action, reason: step.reason }, 'Stopped a plan');
      return { completed: false, done, memory };
    }
    done.push(action);
  }
  return { completed: true, done, memory };
}

type Step =
  | { readonly done: true; readonly memory: PoolMemory }
  | { readonly done: false; readonly memory: PoolMemory; readonly reason: string };

async function attempt(inputs: RunInputs, action: Action): Promise<Step> {
  const { context, seatApi, memory } = inputs;
  switch (action.action) {
    case 'EnsureChildren': {
      const children = await ensureChildren(context, action.desiredInstances);
      const isNews = canonicalJson(children) !== canonicalJson(memory.children);
      const next = { ...memory, children };
      // The plan was made without knowing of them, and they may forbid what comes next.
      return isNews ? { done: false, memory: next, reason: 'obstacles changed' } : { done: true, memory: next };
    }
    case 'RememberRevision':
      await rememberRevision(context, action);
      return { done: true, memory };
    case 'RepairSlot':
      await repairSlot(context, action);
      return { done: true, memory };
    case 'DeleteConfigCopies':
      await deleteConfigCopies(context, action);
      return { done: true, memory };
    case 'RebuildGate':
    case 'WriteGate':
    case 'StartSlots':
    case 'TakeBackSeats':
    case 'OrderDrains':
    case 'StopSlot':
    case 'RollSlot':
      break;
  }

  try {
    const outcome = await carryOut(seatApi, context.observation.pool, action);
    const next = makesPods(action) && outcome.done ? { ...memory, slots: noObstacles, refusedStarts: 0 } : memory;
    return outcome.done ? { done: true, memory: next } : { ...outcome, memory };
  } catch (error) {
    return { done: false, ...obstructed(inputs, error) };
  }
}

/** Writes a pod template, which the API server may refuse. */
function makesPods(action: Action): boolean {
  const { action: kind } = action;
  return kind === 'StartSlots' || kind === 'RollSlot' || (kind === 'RebuildGate' && action.slots.length > 0);
}

function obstructed({ memory, clock }: RunInputs, error: unknown): { memory: PoolMemory; reason: string } {
  if (error instanceof NameTakenError) {
    const slots: Obstacles = { ...memory.slots, conflicts: [...memory.slots.conflicts, error.foreign] };
    return { memory: { ...memory, slots }, reason: error.message };
  }
  if (error instanceof RefusedError) {
    const startAgainAt = clock.monotonicMilliseconds() + startBackoffMilliseconds(memory.refusedStarts);
    const slots: Obstacles = { ...memory.slots, refusals: [error.refusal] };
    return {
      memory: { ...memory, slots, refusedStarts: memory.refusedStarts + 1, startAgainAt },
      reason: error.message,
    };
  }
  throw error;
}
