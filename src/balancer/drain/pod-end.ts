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
  /** How far the kubelet's question at /drained came. */
  let question: 'None' | 'Asked' | 'Answered' = 'None';

  async function cutAll(known: number | null): Promise<void> {
    await cutter.cut(known);
    cutOff.abort();
  }

  async function isQuiet(): Promise<boolean> {
    lastCount = await gatewaySessions();
    if (listens() && !drain.peersHaveNoticed()) return false;
    return lastCount === 0 && dataPlane.sessions().transit === 0;
  }

  /**
   * The kubelet did not wait for the answer: the grace period is over, which somebody made shorter than our deadline. Then it stops all
   * containers together, and kills this one 2 s later.
   */
  function graceIsOver(): boolean {
    return drain.isSureToEnd() && (gatewayRuns() || question === 'Asked');
  }

  const entry: EntryFacts = {
    proxiesHaveNoticed: () => drain.proxiesHaveNoticed(),
    waitingClients: () => dataPlane.waitingClients(),
    toldMilliseconds: () => drain.now() - (drain.standing()?.since ?? drain.now()),
    clock,
  };
  for (const reason of [drain.over, cut]) reason.addEventListener('abort', () => void cutAll(0));

  return {
    drained: async (gone) => {
      if (question === 'None') question = 'Asked';
      await untilDrained({ isEnding: () => drain.isEnding(), isQuiet, over: cutOff.signal, clock }, gone);
      if (!gone.aborted) question = drain.isEnding() ? 'Answered' : 'None';
    },
    leave: async () => {
      if (!drain.isEnding()) return;
      if (graceIsOver()) {
        await cutAll(lastCount);
        return;
      }
      if (listens()) await untilForgotten(entry, cutOff.signal);
      if (cutOff.signal.aborted) await cutter.cut(0);
    },
    cutOff: cutOff.signal,
  };
}
