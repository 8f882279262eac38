import type { GatewayPoolStatus } from '../../api/status.ts';
import type { Gate, Limits } from './gate.ts';

/**
 * One step of a plan. `reason` is a sentence for a person; the same one shows in the log, the Event, the condition and the slot's
 * status. Actions run in order; the first that fails ends the run, and the next observation starts from what the cluster says then.
 *
 * The writes of each action and their order, on which guarantee G1 rests, are in `src/operator/seat-protocol/`.
 */
export type Action =
  | EnsureChildren
  | RebuildGate
  | WriteGate
  | StartSlots
  | RepairSlot
  | ReleaseSeats
  | UnseatHeldSlots
  | RemoveUnseatedSlot
  | DeleteConfigCopies;

/** Apply every child but the gate and the slots. Skipped without a request when nothing would change. Always the first action. */
export interface EnsureChildren {
  readonly action: 'EnsureChildren';
  /** For the disruption budget, which a pool of one instance does not get. */
  readonly desiredInstances: number;
}

/** Create the gate, or replace one that cannot be read: closed first, then with every slot that a live read finds. */
export interface RebuildGate {
  readonly action: 'RebuildGate';
  readonly limits: Limits;
  readonly poolGeneration: number;
  /** The gate that is in the way or half rebuilt; undefined: there is none. */
  readonly found: { readonly uid: string; readonly resourceVersion: string; readonly rebuilding: boolean } | undefined;
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
  readonly revision: string;
}

export interface StartSlot {
  readonly number: number;
  readonly name: string;
  readonly reason: string;
}

/** Put back replicas, settings and metadata of a slot's Deployment; never its pod template. */
export interface RepairSlot {
  readonly action: 'RepairSlot';
  readonly slot: string;
  readonly uid: string;
  /** What differed: `replicas`, `label …`. */
  readonly what: readonly string[];
  readonly reason: string;
}

/** Take seats back from slots that have neither a Deployment nor a pod any more. The gate is in Hold at `expectResourceVersion`. */
export interface ReleaseSeats {
  readonly action: 'ReleaseSeats';
  readonly slots: readonly string[];
  /** The gate without them. */
  readonly gate: Gate;
  readonly expectResourceVersion: string;
  readonly reason: string;
}

/** Take seats back from slots whose pods all told that they are held and never ran a gateway. The gate is in Hold. */
export interface UnseatHeldSlots {
  readonly action: 'UnseatHeldSlots';
  readonly slots: readonly { readonly slot: string; readonly podUids: readonly string[] }[];
  /** The gate without them. */
  readonly gate: Gate;
  readonly expectResourceVersion: string;
  readonly reason: string;
}

/** Delete the Deployment of a slot without a seat: no pod of it ever ran a gateway, so nobody is cut off. */
export interface RemoveUnseatedSlot {
  readonly action: 'RemoveUnseatedSlot';
  readonly slot: string;
  readonly deploymentUid: string;
  readonly deploymentResourceVersion: string;
  readonly reason: string;
}

/** Delete copies of configurations that nothing refers to any more. */
export interface DeleteConfigCopies {
  readonly action: 'DeleteConfigCopies';
  readonly names: readonly string[];
  readonly reason: string;
}

/** Show new limits in the status: from then on guarantee G1 holds for them. Last of all, and only when all actions succeeded. */
export interface PublishLimits {
  readonly limits: Limits;
  /** The gate must stand at this resourceVersion or have been written by this very plan. */
  readonly poolGeneration: number;
  /** Only if a live list shows that each pod of these slots has its seat already: no start can be under way that began before. */
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
   * actions succeeded. Shows the limits that were in force before this plan; with `publish` done, `limits` replace them.
   */
  readonly status: GatewayPoolStatus;
  readonly events: readonly PlannedEvent[];
  /** Look again after this time although nothing changed; undefined: a change will come by the watches. */
  readonly requeueAfterMilliseconds: number | undefined;
}
