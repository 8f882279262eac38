import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import type { PoolView, SlotEndpoint } from '../endpoints/pool-view.ts';
import { heldBy, slotVerdict } from './decide.ts';
import type { SlotVerdict } from './decide.ts';
import { gateVerdict } from './gate.ts';
import type { GateReading } from './gate.ts';
import type { Held, OwnPod } from './held.ts';
import type { SeatMarker } from './marker.ts';
import { occupants, seatTakeoverSeconds, slotPeers, trackLost } from './occupants.ts';
import type { LostSince, PeerAnswer, PeerAnswers } from './occupants.ts';

/** What the seat rule looks at. */
export interface SeatSources {
  /** The pool as the watch last told it; undefined before its first answer. */
  watchedView(): PoolView | undefined;
  /** The pool as the API server tells it now. Throws when it cannot be read. */
  liveView(signal: AbortSignal): Promise<PoolView>;
  /** Must not throw. */
  readGate(signal: AbortSignal): Promise<GateReading>;
  /** Must not throw. */
  askPeer(peer: SlotEndpoint, signal: AbortSignal): Promise<PeerAnswer>;
}

export interface SeatOptions {
  readonly own: OwnPod;
  /** Name of the gate's ConfigMap, for messages. */
  readonly gateName: string;
  readonly sources: SeatSources;
  readonly marker: SeatMarker;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly takeoverSeconds?: number;
  /**
   * This pod is being deleted and its gateway never ran: there is nothing to wait for.
   *
   * Note: SIGTERM may have come before this process listened to it, and the kernel drops such a signal for PID 1. The kubelet does
   * not send it twice, so the pod would stay for its whole grace period.
   */
  readonly onPodEnding?: () => void;
}

/** Holds the gateway of this pod back until it may start. */
export interface Seat {
  /** From now on, and over restarts of the sidecar, the gateway may run. */
  taken(): boolean;
  /** Why it may not start yet; null when it may, and before the first decision. */
  held(): Held | null;
  /** Decide again soon: the pool changed. */
  viewChanged(): void;
  /** Resolves once the seat is taken, or when the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const pollMilliseconds = 1000;
/** Decisions that a changing pool asks for are this far apart at least. */
const minPauseMilliseconds = 200;

/**
 * How old the look at the gate may be when the seat is taken. The operator waits longer than this after it closed the gate before it
 * concludes that no start is under way; a slow disk or a stopped process must not stretch that.
 */
const grantMilliseconds = 10_000;

interface Decision {
  /** Null when the gateway may start. */
  readonly held: Held | null;
  readonly gateReadAt: number;
}

/**
 * The seat rule (guarantee G1): at most one gateway process runs per slot, and none starts above the cap. A pod that took its seat
 * never asks again, so no outage of the API server can stop a gateway that ran (guarantee G9).
 */
export function createSeat(options: SeatOptions): Seat {
  const { own, gateName, sources, marker, clock, random, logger } = options;
  const takeoverSeconds = options.takeoverSeconds ?? seatTakeoverSeconds;
  let taken = false;
  let held: Held | null = null;
  let lostSince: LostSince = new Map();
  let changed = false;
  let wake = (): void => {};

  /** One look at everything. */
  async function decide(signal: AbortSignal): Promise<Decision> {
    const answers = await askPeers(signal);
    lostSince = trackLost(lostSince, watchedPeers(), answers, clock.monotonicMilliseconds());

    const slot = judge(sources.watchedView(), answers);
    // Note: read live before a start. After a restart of this process the watch may begin in the past, at a server that lags behind.
    const confirmed = slot.free ? await judgeLive(answers, signal) : slot;
    // Note: the gate is read in each round, occupied or not: the operator must see that this pod knows the newest generation. And it
    // is read last, so that a start follows it at once.
    const gateReadAt = clock.monotonicMilliseconds();
    const gate = gateVerdict(await sources.readGate(signal), own, gateName);
    return { held: heldBy(confirmed.free ? judge(sources.watchedView(), answers) : confirmed, gate), gateReadAt };
  }

  function judge(view: PoolView | undefined, answers: PeerAnswers): SlotVerdict {
    const now = { milliseconds: clock.monotonicMilliseconds(), takeoverSeconds };
    return slotVerdict(view, own, occupants(slotPeers(view ?? [], own), own, answers, lostSince, now));
  }

  async function judgeLive(answers: PeerAnswers, signal: AbortSignal): Promise<SlotVerdict> {
    try {
      return judge(await sources.liveView(signal), answers);
    } catch (error) {
      const message = `the EndpointSlices of the pool cannot be read: ${messageOf(error)}`;
      return { free: false, reason: 'ApiUnavailable', message, waitsFor: [] };
    }
  }

  function watchedPeers(): SlotEndpoint[] {
    return slotPeers(sources.watchedView() ?? [], own);
  }

  async function askPeers(signal: AbortSignal): Promise<PeerAnswers> {
    const ask = async (peer: SlotEndpoint) => [peer.podUid, await sources.askPeer(peer, signal)] as const;
    return new Map(await Promise.all(watchedPeers().map(ask)));
  }

  function hold(next: Held): void {
    const isNews = held?.reason !== next.reason || held.message !== next.message;
    held = next;
    if (isNews) logger.info({ reason: next.reason, waitsFor: next.waitsFor }, `Held the gateway back: ${next.message}`);
  }

  /** Note: the marker first. A seat that is not on disk could be given to another pod while this gateway runs. */
  async function take(gateReadAt: number): Promise<void> {
    const seatsGeneration = held?.seatsGeneration ?? null;
    // Nobody may take us for a waiting pod from here on, though the gateway starts only when the marker is written.
    held = null;
    try {
      await marker.set();
      if (clock.monotonicMilliseconds() - gateReadAt > grantMilliseconds) {
        await marker.clear();
        throw new Error(
          `writing it took longer than the ${grantMilliseconds / 1000} s that a look at the gate is good for`,
        );
      }
    } catch (error) {
      const message = `the seat marker cannot be written: ${messageOf(error)}`;
      hold({ reason: 'StartGate', message, seatsGeneration, waitsFor: [] });
      return;
    }
    taken = true;
    logger.info({ slot: own.slot }, 'Took the seat: the gateway may start');
  }

  /** Until the next poll; shorter when the pool changes. */
  async function pause(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    wake = () => woken.abort();
    signal.addEventListener('abort', wake);

    await clock.sleep(minPauseMilliseconds, signal);
    if (!changed) await clock.sleep(pollMilliseconds * (1 + random()) - minPauseMilliseconds, woken.signal);
    signal.removeEventListener('abort', wake);
    changed = false;
  }

  return {
    taken: () => taken,
    held: () => held,
    viewChanged: () => {
      changed = true;
      wake();
    },
    run: async (signal) => {
      if (await marker.isSet()) {
        taken = true;
        logger.info({ slot: own.slot }, 'Found the seat taken before: the gateway may run on');
      }
      while (!taken && !signal.aborted) {
        const next = await decide(signal);
        if (signal.aborted) return;
        if (next.held === null) {
          await take(next.gateReadAt);
        } else {
          hold(next.held);
        }
        if (next.held?.reason === 'PodEnding') {
          options.onPodEnding?.();
          return;
        }
        if (!taken) await pause(signal);
      }
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
