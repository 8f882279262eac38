import type { EndCause } from '../../balancer/drain/drains.ts';
import type { Proviso } from './actions.ts';
import type { CountedPod, Load } from './busy.ts';
import { isLetThrough, loadOf } from './busy.ts';
import { isDeadlineOver, isStaying, stopRefusal } from './may-stop.ts';
import type { Observation, ObservedDeployment } from './observation.ts';
import type { Slot } from './slots.ts';

/** That an instance is to end. Decided anew at each look, from what the cluster says alone. */
export interface Wish {
  readonly slot: ActiveSlot;
  readonly cause: EndCause;
  /** What becomes of it, after "is": `replaced`. */
  readonly fate: string;
  /** Why, after a colon: `replicas is 2`. */
  readonly why: string;
  /** When its sessions may be cut off, from the beginning of its drain; null: never. */
  readonly deadlineSeconds: number | null;
  /** Whether it is kept from new sessions until then. */
  readonly drains: boolean;
  /** It drains already, but something else has to come first, as a sentence; absent: it ends as soon as it may. */
  readonly waitsFor?: string;
  readonly proviso: Proviso;
}

/** An instance that is to end, and how far that is. */
export interface Retirement extends Wish {
  readonly load: Load;
  /** The deadline is over, as its own sidecar says. */
  readonly mayCut: boolean;
  /** Why it cannot be stopped now; undefined: it can. */
  readonly refusal: string | undefined;
}

/** A slot that has a seat and is to run. */
export interface ActiveSlot extends Slot {
  readonly deployment: ObservedDeployment;
}

/** Looks at what the instance is busy with (guarantee G3). */
export function retirementOf(wish: Wish, pods: readonly CountedPod[], { pool, drains }: Observation): Retirement {
  const { slot, deadlineSeconds } = wish;
  const own = pods.filter((pod) => pod.slot === slot.name && isStaying(pod) && isLetThrough(pod));
  const mayCut =
    deadlineSeconds !== null &&
    drains !== undefined &&
    own.length > 0 &&
    own.every((pod) => isDeadlineOver(pod, drains));
  return {
    ...wish,
    load: loadOf(slot.name, pods, pool.spec),
    mayCut,
    refusal: wish.waitsFor ?? stopRefusal(slot.name, pods, pool.spec, { mayCut, drains }),
  };
}

/** `replaced when its sessions are over, 3600 s after the drain began at the latest: the configuration changed`. */
export function intention({ fate, why, deadlineSeconds }: Wish): string {
  const until =
    deadlineSeconds === null
      ? 'as soon as its sessions are over'
      : `when its sessions are over, ${deadlineSeconds} s after the drain began at the latest`;
  return `${fate} ${until}: ${why}`;
}
