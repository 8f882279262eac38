import { writeFile } from 'node:fs/promises';
import type { Logger } from '../../kube/logger.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Counter } from '../metrics/metrics.ts';

/** Cuts what is left when the time of a pod is over, and says so to everybody who should know. */
export interface Cutter {
  /**
   * May be called again for what came later. Never rejects.
   *
   * @param known sessions of the gateway when they were last counted; it may be gone already. Only the first cut counts them.
   */
  cut(known: number | null): Promise<void>;
}

export interface CutterOptions {
  readonly dataPlane: Pick<DataPlane, 'cut'>;
  /** All sessions of the own gateway; null: unknown. */
  readonly gatewaySessions: () => Promise<number | null>;
  readonly counter: Counter;
  /** The kubelet puts what is written here into the pod's status: how the operator hears of the cut. */
  readonly terminationLog: string;
  readonly logger: Logger;
}

/** https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/#customizing-the-termination-message */
export const defaultTerminationLog = '/dev/termination-log';

export function createCutter(options: CutterOptions): Cutter {
  const { dataPlane, gatewaySessions, counter, terminationLog, logger } = options;
  let isFirst = true;
  let lastCut = Promise.resolve();
  let sessionsCut = 0;
  let transitCut = 0;

  async function tellKubelet(): Promise<void> {
    try {
      await writeFile(terminationLog, JSON.stringify({ sessionsCut, transitCut }));
    } catch (error) {
      logger.warn({ err: error }, 'Could not write how many sessions were cut into the termination message');
    }
  }

  async function cutNow(known: number | null): Promise<void> {
    // Those that entered through other sidecars are not ours to cut: they end with the gateway, which is stopped now. They are counted
    // once, however long it takes to end.
    const all = isFirst ? Math.max(known ?? 0, (await gatewaySessions()) ?? 0) : 0;
    isFirst = false;
    const { sessions, transit } = dataPlane.cut();
    const own = Math.max(all, sessions);
    if (own + transit === 0) return;

    sessionsCut += own;
    transitCut += transit;
    counter.add({ kind: 'own' }, own);
    counter.add({ kind: 'transit' }, transit);
    logger.warn({ sessions: own, transit }, 'Cut the sessions that were left when the time of the pod was over');
    await tellKubelet();
  }

  return {
    cut: (known) => {
      // One after the other: the next reason to cut may come while the first one still counts.
      lastCut = lastCut.then(() => cutNow(known));
      return lastCut;
    },
  };
}
