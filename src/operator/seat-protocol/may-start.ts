import type { Counting } from '../plan/busy.ts';
import type { Gate } from '../plan/gate.ts';
import type { LiveDeployment, LivePod, LivePool } from './seat-api.ts';

/** What live reads say right before a start. */
export interface LiveView {
  readonly pool: LivePool | undefined;
  readonly deployments: readonly LiveDeployment[];
  readonly pods: readonly LivePod[];
}

/** What a plan was made for. */
export interface PlannedFor {
  readonly uid: string;
  readonly generation: number;
  /** Of that very generation. */
  readonly spec: Counting;
  readonly restart?: string | undefined;
}

/** Why this pool may not be acted on any more; undefined: it is the one that the plan was made for. */
export function poolMovedOn(live: LivePool | undefined, planned: PlannedFor): string | undefined {
  if (live === undefined || live.uid !== planned.uid) return 'the pool does not exist any more';
  if (live.deleting) return 'the pool is being deleted';
  if (live.paused) return 'the pool is paused';
  if (live.generation !== planned.generation) {
    return `the pool changed: generation ${live.generation}, planned for ${planned.generation}`;
  }
  // Note: annotations do not move the generation on. What were started or replaced now would be outdated at once.
  return live.restart === planned.restart ? undefined : 'another restart of the pool was asked for';
}

/** Slots of which anything exists that runs or could run a gateway. */
export function occupiedSlots(view: Pick<LiveView, 'deployments' | 'pods'>): Set<string> {
  const pods = view.pods.filter((pod) => !pod.ended);
  return new Set([...view.deployments, ...pods].map(({ slot }) => slot));
}

/**
 * The last look before seats are given away (guarantee G1). `gate` is the gate with the wanted slots in it. Returns why not, or
 * undefined when all of them may start.
 *
 * Note: caches lag each by its own time, so the plan may rest on a slot that is not empty any more, or on an older cap.
 */
export function startRefusal(
  view: LiveView,
  planned: PlannedFor,
  gate: Gate,
  wanted: readonly string[],
): string | undefined {
  const movedOn = poolMovedOn(view.pool, planned);
  if (movedOn !== undefined) return movedOn;

  const occupied = occupiedSlots(view);
  const taken = wanted.find((slot) => occupied.has(slot));
  if (taken !== undefined) return `slot ${taken} is not empty yet`;

  const seats = new Set([...gate.slots, ...occupied]).size + gate.externalInstances;
  if (seats > gate.maxInstances) {
    return `${seats} seats would be taken, and maxInstances is ${gate.maxInstances}`;
  }
  return undefined;
}
