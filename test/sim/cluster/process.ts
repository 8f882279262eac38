import type { GateReading } from '../../../src/balancer/seat/gate.ts';
import type { Held } from '../../../src/balancer/seat/held.ts';
import type { LostSince, PeerAnswers } from '../../../src/balancer/seat/occupants.ts';
import type { SlotVerdict } from '../../../src/balancer/seat/decide.ts';

/** Where a sidecar is in one round of the seat rule. Between any two, the world goes on. */
export type Round =
  | { readonly at: 'Rest' }
  | { readonly at: 'Asked'; readonly answers: PeerAnswers }
  | { readonly at: 'Judged'; readonly answers: PeerAnswers; readonly slot: SlotVerdict }
  | {
      readonly at: 'GateRead';
      readonly answers: PeerAnswers;
      readonly slot: SlotVerdict;
      readonly reading: GateReading;
      readonly sinceMilliseconds: number;
    };

/** What really runs of a pod, on its node. */
export interface Process {
  readonly podUid: string;
  readonly slot: string;
  sidecarRuns: boolean;
  /** The file on the emptyDir: the gateway was let through. */
  marker: boolean;
  gatewayServes: boolean;
  held: Held | null;
  round: Round;
  lostSince: LostSince;
  /** How much of the endpoints' history its watch has seen. */
  seenEndpoints: number;
}
