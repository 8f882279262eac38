import type { DrainState } from '../../../src/balancer/drain/drain-state.ts';
import type { Rotation } from '../../../src/balancer/rotation/rotation.ts';
import type { SlotVerdict } from '../../../src/balancer/seat/decide.ts';
import type { GateReading } from '../../../src/balancer/seat/gate.ts';
import type { Held } from '../../../src/balancer/seat/held.ts';
import type { LostSince, PeerAnswers } from '../../../src/balancer/seat/occupants.ts';
import type { SimTemplate } from './template.ts';

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
  readonly podName: string;
  readonly slot: string;
  readonly node: string;
  readonly template: SimTemplate;
  sidecarRuns: boolean;
  /** It runs and answers nobody at /sessions. */
  silent: boolean;
  /** The file on the emptyDir: the gateway was let through. */
  marker: boolean;
  markedMilliseconds: number | undefined;
  gatewayRuns: boolean;
  gatewayServes: boolean;
  gatewayEverRan: boolean;
  restarts: number;
  held: Held | null;
  round: Round;
  lostSince: LostSince;
  /** How much of the history of endpoints and drains its watches have seen. */
  seenEndpoints: number;
  seenDrains: number;
  /** The file on the emptyDir: why it drains, and since when by its node's clock. */
  drain: DrainState;
  /** Its own place in the round-robin. */
  rotation: Rotation;
}
