import type { Clock } from '../../kube/clock.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Cutter } from './cut-sessions.ts';
import type { Drain } from './drain.ts';
import { untilDrained } from './until-drained.ts';
import { type EntryFacts, untilForgotten } from './until-forgotten.ts';

/** How a pod ends: first its gateway, when nobody needs it, then its sidecar, when nobody comes in here any more. */
export interface PodEnd {
  /** Resolves when the gateway may be stopped, or `gone` aborts. */
  drained(gone: AbortSignal): Promise<void>;
  /** This process was told to end. Resolves when its listeners may close. */
  leave(): Promise<void>;
  /** Aborts when everything was cut: nobody has to wait for a session any more. */
  readonly cutOff: AbortSignal;
}

export interface PodEndOptions {
  readonly drain: Pick<
    Drain,
    'standing' | 'isEnding' | 'isSureToEnd' | 'peersHaveNoticed' | 'proxiesHaveNoticed' | 'now' | 'over'
  >;
  readonly dataPlane: Pick<DataPlane, 'sessions' | 'waitingClients'>;
  readonly cutter: Cutter;
  /** All sessions of the own gateway; null: unknown. */
  readonly gatewaySessions: () => Promise<number | null>;
  /** Whether this pool has listeners: else nobody comes in here, and nobody needs to notice that this pod ends. */
  readonly listens: () => boolean;
  /** Whether the gateway of this pod is still there. */
  readonly gatewayRuns: () => boolean;
  readonly clock: Clock;
  /** Somebody wants everything cut now. */
  readonly cut: AbortSignal;
}

export function createPodEnd(options: PodEndOptions): PodEnd {
  const { drain, dataPlane, cutter, gatewaySessions, listens, gatewayRuns, clock, cut } = options;
  const cutOff = new AbortController();
  /** Sessions of the gateway when they were last counted. */
  let lastCount: number | null = 0;
  /** Questions at /drained that wait for their answer. */
  let waiting = 0;
  /** The last question was given up by who had asked. */
  let isGivenUp = false;

  async function cutAll(): Promise<void> {
    await cutter.cut(isGivenUp ? lastCount : 0);
    cutOff.abort();
  }

  async function isQuiet(): Promise<boolean> {
    lastCount = await gatewaySessions();
    if (listens() && !drain.peersHaveNoticed()) return false;
    return lastCount === 0 && dataPlane.sessions().transit === 0;
  }

  /**
   * The grace period is over, which somebody made shorter than our deadline: the kubelet gives up its question and stops all containers.
   * It kills this one 2 s later. (A kubelet that was restarted gives its question up as well, but asks again and stops nobody.)
   */
  function graceIsOver(): boolean {
    return drain.isSureToEnd() && (gatewayRuns() || (isGivenUp && waiting === 0));
  }

  const entry: EntryFacts = {
    proxiesHaveNoticed: () => drain.proxiesHaveNoticed(),
    waitingClients: () => dataPlane.waitingClients(),
    toldMilliseconds: () => drain.now() - (drain.standing()?.since ?? drain.now()),
    clock,
  };
  for (const reason of [drain.over, cut]) reason.addEventListener('abort', () => void cutAll());

  return {
    drained: async (gone) => {
      waiting += 1;
      await untilDrained({ isEnding: () => drain.isEnding(), isQuiet, over: cutOff.signal, clock }, gone);
      waiting -= 1;
      isGivenUp = gone.aborted;
    },
    leave: async () => {
      if (!drain.isEnding()) return;
      if (graceIsOver()) {
        await cutAll();
        return;
      }
      if (listens()) await untilForgotten(entry, cutOff.signal);
      if (cutOff.signal.aborted) await cutter.cut(0);
    },
    cutOff: cutOff.signal,
  };
}
