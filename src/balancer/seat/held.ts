/** Why a pod's gateway may not start yet. */
export type HeldReason = 'StartGate' | 'EndpointMissing' | 'SlotOccupied' | 'ApiUnavailable' | 'PodEnding';

/** What a held pod tells in its log and at /sessions: to people, to the operator, and to the other pods of its slot. */
export interface Held {
  readonly reason: HeldReason;
  /** A sentence for a person. */
  readonly message: string;
  /** Generation of the start gate that this decision rests on; null when the gate could not be read. */
  readonly seatsGeneration: number | null;
  /** UIDs of the pods of this slot that must go first. */
  readonly waitsFor: readonly string[];
}

/** The pod whose seat is asked for. */
export interface OwnPod {
  readonly slot: string;
  readonly podName: string;
  readonly podUid: string;
}
