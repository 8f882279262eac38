import type { RollSlot } from '../plan/actions.ts';
import type { CountedPod } from '../plan/busy.ts';
import type { Gate, Limits } from '../plan/gate.ts';
import type { DrainList, PodAnswer } from '../plan/observation.ts';

/**
 * The requests that the protocol of seats is made of, each one a single request to the API server. All reads are quorum reads, never
 * from a cache. Whatever is not in the answer's type (no connection, 403, 422, …) is thrown and ends the sequence.
 */
export interface SeatApi {
  readPool(): Promise<LivePool | undefined>;
  /** All Deployments with the pool's label that belong to it. */
  listDeployments(): Promise<readonly LiveDeployment[]>;
  /** All pods with the pool's label. */
  listPods(): Promise<readonly LivePod[]>;
  createGate(gate: Gate): Promise<WrittenGate | 'AlreadyExists'>;
  /** Compare-and-swap. `Conflict` also when it is gone. */
  replaceGate(gate: Gate, expectResourceVersion: string): Promise<WrittenGate | 'Conflict'>;
  createDeployment(slot: string): Promise<'Created' | 'AlreadyExists'>;
  /**
   * Write `mark` into an annotation, with the UID as the precondition, and the resourceVersion where one is given: the Deployment gets a
   * new resourceVersion. `Gone` also when it is at another version.
   */
  touchDeployment(deployment: TouchedDeployment, mark: string): Promise<'Touched' | 'Gone'>;
  /** With UID and resourceVersion as preconditions; its pods go with it. `Conflict` also when it is gone. */
  deleteDeployment(slot: string, uid: string, resourceVersion: string): Promise<'Deleted' | 'Conflict'>;
  /**
   * Give the Deployment another pod template, with UID and resourceVersion as preconditions. `Conflict` also when it is gone;
   * `NoSuchRevision` when the template to go back to is not kept any more.
   */
  replaceTemplate(
    slot: string,
    uid: string,
    resourceVersion: string,
    template: NewTemplate,
  ): Promise<'Replaced' | 'Conflict' | 'NoSuchRevision'>;
  /** Write down that this revision failed in the slot, and that there is nothing to go back to. With the same preconditions. */
  noteFailure(
    slot: string,
    uid: string,
    resourceVersion: string,
    failedRevision: string,
  ): Promise<'Noted' | 'Conflict'>;
  /** Compare-and-swap of the list of draining pods. `Conflict` also when its ConfigMap is gone. */
  writeDrains(drains: DrainList, expectResourceVersion: string): Promise<'Written' | 'Conflict'>;
  /** Ask the sidecars of these pods at /sessions, all at once. The answers by pod UID; who does not answer in time is left out. */
  askSidecars(pods: readonly LivePod[]): Promise<ReadonlyMap<string, PodAnswer>>;
}

/** What a slot is to be made from now, and what it would go back to. */
export type NewTemplate = Pick<RollSlot, 'to' | 'lastGood'>;

export interface LivePool {
  readonly uid: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly paused: boolean;
  /** The annotation that asks for a restart. */
  readonly restart?: string | undefined;
  /** What the spec says. */
  readonly limits: Limits;
  /** What the status shows; undefined: nothing yet. */
  readonly published: Limits | undefined;
}

export interface LiveDeployment {
  readonly slot: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

export type TouchedDeployment = Omit<LiveDeployment, 'resourceVersion'> & Partial<LiveDeployment>;

export interface LivePod extends Omit<CountedPod, 'answer'> {
  /** undefined: it has none yet, so there is nobody to ask. */
  readonly address: string | undefined;
}

export interface WrittenGate {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** What became of a sequence. Not done: the world is not what the plan was made from; look again. */
export type Outcome = { readonly done: true } | { readonly done: false; readonly reason: string };

export const done: Outcome = { done: true };

export function notDone(reason: string): Outcome {
  return { done: false, reason };
}
