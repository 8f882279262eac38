import type { Clock } from '../../kube/clock.ts';
import type { Backoff, Obstacles, PoolMemory } from '../observe/pool-memory.ts';
import { noBackoff, noObstacles } from '../observe/pool-memory.ts';
import type { Action } from '../plan/actions.ts';
import { canonicalJson } from '../../kube/canonical-json.ts';
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
  /** All were carried out. */
  readonly completed: boolean;
  /** The world is not what the plan was made from, or what is remembered of it changed: look again. */
  readonly outOfDate: boolean;
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
 *
 * Note: what the API server refuses, or refused a moment ago, is passed over. A quota that nobody raises must not keep instances from
 * draining and from ending.
 */
export async function runActions(inputs: RunInputs, actions: readonly Action[]): Promise<RunOutcome> {
  const { context, clock } = inputs;
  const done: Action[] = [];
  let { memory } = inputs;
  let completed = true;
  let isNews = false;
  for (const action of actions) {
    const kind = refusableKind(action);
    if (kind !== undefined && clock.monotonicMilliseconds() < memory[kind].againAt) {
      completed = false;
      continue;
    }

    const step = await attempt({ ...inputs, memory }, action);
    memory = step.memory;
    if (step.became === 'Done') {
      done.push(action);
      continue;
    }
    context.logger.info({ action: action.action, reason: step.reason }, 'Did not carry out an action');
    if (step.became === 'OutOfDate') return { completed: false, outOfDate: true, done, memory };
    completed = false;
    isNews = true;
  }
  return { completed, outOfDate: isNews, done, memory };
}

type Step =
  | { readonly became: 'Done'; readonly memory: PoolMemory }
  | { readonly became: 'Refused' | 'OutOfDate'; readonly memory: PoolMemory; readonly reason: string };

async function attempt(inputs: RunInputs, action: Action): Promise<Step> {
  const { context, seatApi, memory } = inputs;
  switch (action.action) {
    case 'EnsureChildren': {
      const children = await ensureChildren(context, action.desiredInstances);
      const isNews = canonicalJson(children) !== canonicalJson(memory.children);
      const next = { ...memory, children };
      // The plan was made without knowing of them, and they may forbid what comes next.
      return isNews
        ? { became: 'OutOfDate', memory: next, reason: 'obstacles changed' }
        : { became: 'Done', memory: next };
    }
    case 'RememberRevision':
      await rememberRevision(context, action);
      return { became: 'Done', memory };
    case 'RepairSlot':
      await repairSlot(context, action);
      return { became: 'Done', memory };
    case 'DeleteConfigCopies':
      await deleteConfigCopies(context, action);
      return { became: 'Done', memory };
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
    return outcome.done
      ? { became: 'Done', memory: withoutObstacles(memory, action) }
      : { became: 'OutOfDate', memory, reason: outcome.reason };
  } catch (error) {
    return obstructed(inputs, action, error);
  }
}

/** Of actions that write a pod template, which the API server may refuse: what they are counted as. */
function refusableKind(action: Action): 'starts' | 'rolls' | undefined {
  if (action.action === 'RollSlot') return 'rolls';
  const starts = action.action === 'StartSlots' || (action.action === 'RebuildGate' && action.slots.length > 0);
  return starts ? 'starts' : undefined;
}

/** Note: one kind at a time. A slot that was replaced says nothing of another that may not start, only of itself. */
function withoutObstacles(memory: PoolMemory, action: Action): PoolMemory {
  const kind = refusableKind(action);
  if (kind === undefined) return memory;

  const others = kind === 'starts' ? memory.rolls : memory.starts;
  const slots = others.refused === 0 ? noObstacles : withoutRefusals(memory.slots, slotsOf(action));
  return { ...memory, slots, [kind]: noBackoff };
}

function withoutRefusals({ conflicts, refusals }: Obstacles, slots: readonly string[]): Obstacles {
  const made = new Set(slots.map((slot) => `Deployment ${slot}`));
  return { conflicts, refusals: refusals.filter(({ object }) => !made.has(object)) };
}

function slotsOf(action: Action): readonly string[] {
  if ('slots' in action) return action.slots.map(({ name }) => name);
  return 'slot' in action ? [action.slot] : [];
}

function obstructed({ memory, clock }: RunInputs, action: Action, error: unknown): Step {
  if (error instanceof NameTakenError) {
    const slots: Obstacles = { ...memory.slots, conflicts: [...memory.slots.conflicts, error.foreign] };
    return { became: 'OutOfDate', memory: { ...memory, slots }, reason: error.message };
  }
  const kind = refusableKind(action);
  if (error instanceof RefusedError && kind !== undefined) {
    const { refused } = memory[kind];
    const backoff: Backoff = {
      refused: refused + 1,
      againAt: clock.monotonicMilliseconds() + startBackoffMilliseconds(refused),
    };
    const others = memory.slots.refusals.filter(({ object }) => object !== error.refusal.object);
    const slots: Obstacles = { ...memory.slots, refusals: [...others, error.refusal] };
    return { became: 'Refused', memory: { ...memory, slots, [kind]: backoff }, reason: error.message };
  }
  throw error;
}
