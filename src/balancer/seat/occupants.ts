import type { PoolView, SlotEndpoint } from '../endpoints/pool-view.ts';
import type { OwnPod } from './held.ts';

/** How long a pod on a lost node keeps its slot, counted from when it was first seen so. */
export const seatTakeoverSeconds = 30;

/** What another pod of the slot answered when asked. */
export type PeerAnswer =
  /** No answer in time, or none that makes sense. */
  | { readonly kind: 'Silent' }
  /**
   * Its pod is there and said no: the sidecar is down, but the pod's network lives on, and with it maybe its gateway. Unlike a pod that
   * is silent, it was surely not lost together with its node.
   */
  | { readonly kind: 'Refused' }
  /** Its sidecar was told to end, which the kubelet does when the gateway has ended; it stays for the last sessions. */
  | { readonly kind: 'Ending' }
  /** Its gateway was let through: it runs, or will in a moment. */
  | { readonly kind: 'Seated' }
  /** It waits as we do, for the pods with these UIDs. */
  | { readonly kind: 'Held'; readonly waitsFor: readonly string[] };

/** Answers by pod UID; a pod that is missing was not asked, which counts as silent. */
export type PeerAnswers = ReadonlyMap<string, PeerAnswer>;

/** Since when pods have looked lost, by pod UID, in monotonic milliseconds. */
export type LostSince = ReadonlyMap<string, number>;

/** A pod that must end before this one may start. */
export interface Occupant {
  readonly podUid: string;
  /** `pod prod-0-abc (is terminating)` */
  readonly description: string;
}

/** The other pods of the slot. */
export function slotPeers(view: PoolView, own: OwnPod): SlotEndpoint[] {
  return view.filter((endpoint) => endpoint.slot === own.slot && endpoint.podUid !== own.podUid);
}

/**
 * Which pods look lost, and since when. A pod looks lost while its endpoint is `terminating` and not `serving` and its sidecar does
 * not answer, or says that it is ending itself. A gateway that is merely unhealthy while it ends looks the same in the EndpointSlice,
 * but its sidecar still answers; and when that crashed, the pod's network still refuses the connection.
 */
export function trackLost(
  before: LostSince,
  peers: readonly SlotEndpoint[],
  answers: PeerAnswers,
  nowMilliseconds: number,
): LostSince {
  const gone = (podUid: string): boolean => ['Silent', 'Ending'].includes(answers.get(podUid)?.kind ?? 'Silent');
  const lost = peers.filter((peer) => mayBeLost(peer) && gone(peer.podUid));
  return new Map(lost.map(({ podUid }) => [podUid, before.get(podUid) ?? nowMilliseconds]));
}

function mayBeLost({ terminating, serving }: SlotEndpoint): boolean {
  return terminating && !serving;
}

/**
 * The pods that this one waits for: every other pod of its slot, but for those that are lost for longer than the takeover time, and
 * those that wait for us and give way.
 */
export function occupants(
  peers: readonly SlotEndpoint[],
  own: OwnPod,
  answers: PeerAnswers,
  lostSince: LostSince,
  now: { readonly milliseconds: number; readonly takeoverSeconds: number },
): Occupant[] {
  const found: Occupant[] = [];
  for (const peer of peers) {
    // Note: asked of this very view too: the pod may have come back since it was last found silent.
    const since = mayBeLost(peer) ? lostSince.get(peer.podUid) : undefined;
    if (since !== undefined && now.milliseconds - since >= now.takeoverSeconds * 1000) continue;
    if (givesWay(peer, own, answers.get(peer.podUid))) continue;

    found.push({ podUid: peer.podUid, description: describe(peer, since !== undefined, now.takeoverSeconds) });
  }
  return found;
}

/**
 * Pods of one slot that start together would wait for each other for ever. The lowest UID goes first, but only past a pod that says
 * itself that it waits for us: its own rule then keeps it from passing us.
 */
function givesWay(peer: SlotEndpoint, own: OwnPod, answer: PeerAnswer | undefined): boolean {
  if (peer.terminating || answer?.kind !== 'Held') return false;
  return own.podUid < peer.podUid && answer.waitsFor.includes(own.podUid);
}

function describe(peer: SlotEndpoint, looksLost: boolean, takeoverSeconds: number): string {
  const state = looksLost
    ? `runs no gateway any more, it seems; its seat is taken over ${takeoverSeconds} s after that was first seen`
    : peer.terminating
      ? 'is still ending'
      : 'is there already';
  return `pod ${peer.podName} (${state})`;
}
