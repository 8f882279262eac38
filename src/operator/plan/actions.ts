import type { GatewayPoolStatus } from '../../api/status.ts';
import type { Gate, Limits } from './gate.ts';
import type { DrainList, GoodRevision, OrderedDrain } from './observation.ts';

/**
 * One step of a plan. `reason` is a sentence for a person; the same one shows in the log, the Event, the condition and the slot's
 * status. Actions run in order; the first that fails ends the run, and the next observation starts from what the cluster says then.
 *
 * The writes of each action and their order, on which guarantee G1 rests, are in `src/operator/seat-protocol/`.
 */
export type Action =
  | EnsureChildren
  | SeatAction
  | OrderDrains
  | StopAction
  | RememberRevision
  | RepairSlot
  | DeleteConfigCopies;

/** The actions that touch the gate. */
export type SeatAction = RebuildGate | WriteGate | StartSlots | TakeBackSeats;

/** Apply every child but the gate and the slots. Skipped without a request when nothing would change. Always the first action. */
export interface EnsureChildren {
  readonly action: 'EnsureChildren';
  /** For the disruption budget, which a pool of one instance does not get. */
  readonly desiredInstances: number;
}

/**
 * Create the gate, or replace one that cannot be read: closed first, then with every slot that a live read finds and the slots that
 * may start at once. A plan holds at most one of `RebuildGate`, `WriteGate`, `StartSlots` and `TakeBackSeats`.
 */
export interface RebuildGate {
  readonly action: 'RebuildGate';
  /** The gate that is in the way or half rebuilt; undefined: there is none. */
  readonly found: { readonly uid: string; readonly resourceVersion: string; readonly rebuilding: boolean } | undefined;
  readonly slots: readonly StartSlot[];
  readonly reason: string;
}

/** Compare-and-swap of the gate. Lists no slot that was not listed and drops none. */
export interface WriteGate {
  readonly action: 'WriteGate';
  readonly gate: Gate;
  readonly expectResourceVersion: string;
  readonly reason: string;
}

/** Give these slots a seat in the gate, then create their Deployments. */
export interface StartSlots {
  readonly action: 'StartSlots';
  readonly slots: readonly StartSlot[];
  /** The gate with the new seats in it. */
  readonly gate: Gate;
  readonly expectResourceVersion: string;
}

export interface StartSlot {
  readonly number: number;
  readonly name: string;
  readonly reason: string;
}

/** Take seats back from slots in which no gateway runs or can start, then delete what is left of their Deployments. */
export interface TakeBackSeats {
  readonly action: 'TakeBackSeats';
  readonly slots: readonly VacatedSlot[];
  /** The gate without them. At `expectResourceVersion` it is in Hold, or does not list them. */
  readonly gate: Gate;
  readonly expectResourceVersion: string;
}

export interface VacatedSlot {
  readonly name: string;
  /** Its Deployment, if it still has one. Deleted only at this very version. */
  readonly deployment: { readonly uid: string; readonly resourceVersion: string } | undefined;
  /** Pods that told, in answer to the gate as it stands, that they are held: they never ran a gateway. */
  readonly heldPodUids: readonly string[];
  /** Whether the gate lists the slot. Of one that is not listed no gateway can have started, whatever its pods say. */
  readonly seated: boolean;
  readonly reason: string;
}

/** Put back replicas, settings and metadata of a slot's Deployment; never its pod template. */
export interface RepairSlot {
  readonly action: 'RepairSlot';
  readonly slot: string;
  readonly uid: string;
  /** What differed: `replicas`, `label …`. */
  readonly what: readonly string[];
  /** Somebody changed it on the Deployment. false: maybe on the pool. */
  readonly byHand: boolean;
  readonly reason: string;
}

/**
 * Tell the sidecars which pods take no new sessions: a compare-and-swap of `drains.yaml` with the whole list, old and new. A stop that
 * was decided before may be on its way still: what it rests on is taken from it first, see `fences` and `gone`.
 */
export interface OrderDrains {
  readonly action: 'OrderDrains';
  readonly drains: DrainList;
  readonly expectResourceVersion: string;
  /**
   * The list says that it is of a newer generation of the pool than the observed one. If a live look finds none, that is not so, and the
   * list is written anew: else nobody would ever drain again. Otherwise nothing is done, because our view of the pool is old.
   */
  readonly ifNoNewerPool: boolean;
  /** What is new in the list, to be told. */
  readonly ordered: readonly OrderedDrain[];
  /** Drains that nobody wants any more, of pods that are to live on; to be told. */
  readonly takenBack: readonly { readonly slot: string; readonly reason: string }[];
  /**
   * Slots whose drain is taken back, or gets a later deadline. Their Deployments are touched at these very versions: an operator that has
   * not seen the stop of a slot takes nothing back.
   */
  readonly fences: readonly { readonly slot: string; readonly uid: string; readonly resourceVersion: string }[];
  /** Pods that are not in the list any more because they are gone, as far as is known. Made sure of first: unknown is not gone. */
  readonly gone: readonly string[];
  readonly reason: string;
}

/** The actions that end a running gateway. Each asks the sidecars once more, right before it does. */
export type StopAction = StopSlot | RollSlot;

/** Delete the slot's Deployment: the instance is not wanted any more. Its seat comes back when its pod is gone. */
export interface StopSlot extends StoppedSlot {
  readonly action: 'StopSlot';
}

/** Give the slot's Deployment another pod template: its pod ends, and one of the new template takes its place. */
export interface RollSlot extends StoppedSlot {
  readonly action: 'RollSlot';
  readonly to:
    | {
        /** What an instance that starts now is made from. */
        readonly kind: 'Current';
        readonly revision: string;
      }
    /** The template of an older ReplicaSet of the same Deployment. */
    | { readonly kind: 'LastGood'; readonly good: GoodRevision; readonly failedRevision: string };
  /** What the slot would go back to if the new revision failed; undefined: nothing was ever available in it. */
  readonly lastGood: GoodRevision | undefined;
}

/** The instance that is to end, as it was when the plan was made. */
export interface StoppedSlot {
  readonly slot: string;
  /** Its Deployment, changed or deleted only at this very version. */
  readonly uid: string;
  readonly resourceVersion: string;
  /** Pods of the slot that the plan knew of; with any other, nothing is done. */
  readonly podUids: readonly string[];
  /**
   * The drains that the plan rests on. Written once more, with the next generation and at `expectResourceVersion`, before the last look:
   * so no drain is taken back without the stop failing, and of two operators one stops at a time.
   */
  readonly drains: DrainList;
  readonly expectResourceVersion: string;
  readonly proviso: Proviso;
  /** Sessions are no reason to wait any more: a deadline that the user set is over, as the pod's own sidecar says. */
  readonly mayCut: boolean;
  readonly reason: string;
}

/** What the choice of this instance rests on, and what therefore has to hold at the last look. */
export interface Proviso {
  /** Other slots that have a pod which is not on its way out; a Ready one, if `ready`. */
  readonly othersLeft: { readonly slots: number; readonly ready: boolean };
  /** Its own pod is not Ready: it serves nobody. */
  readonly notReady: boolean;
}

/**
 * Write down (annotation `last-good`) that the revision of this slot has been available in it: from now on a crash, however often, is
 * no failure of the revision, and this is what the slot goes back to when its next one fails.
 */
export interface RememberRevision {
  readonly action: 'RememberRevision';
  readonly slot: string;
  readonly uid: string;
  readonly lastGood: GoodRevision;
  readonly reason: string;
}

/** Delete copies of configurations that nothing refers to any more. */
export interface DeleteConfigCopies {
  readonly action: 'DeleteConfigCopies';
  readonly names: readonly string[];
  readonly reason: string;
}

/**
 * Show new limits in the status (`maxInstances`, `externalInstances`): from then on guarantee G1 holds for them. Last of all, and only
 * when all actions succeeded.
 */
export interface PublishLimits extends Limits {
  /** Only if a live list shows that each pod has its seat already: then no start is under way that the gate let through before. */
  readonly onlyIfAllStarted: boolean;
}

/** An Event on the pool. */
export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly message: string;
}

/** What is to be done, and what is to be told. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly publish: PublishLimits | undefined;
  /**
   * To be written when it differs from the observed one, as a compare-and-swap on the pool's resourceVersion, whether or not the
   * actions succeeded. Shows the limits that were in force before this plan; once `publish` was allowed, its limits replace them.
   */
  readonly status: GatewayPoolStatus;
  readonly events: readonly PlannedEvent[];
  /** Look again after this time although nothing changed; undefined: a change will come by the watches. */
  readonly requeueAfterMilliseconds: number | undefined;
}
