import { join } from 'node:path';
import type { Logger } from '../../kube/logger.ts';
import * as z from 'zod';
import type { Clock } from '../../kube/clock.ts';
import type { PoolView } from '../endpoints/pool-view.ts';
import { readFileIfAny, writeFileAtomically } from '../state/atomic-file.ts';

const Content = z.object({
  podUid: z.string(),
  /** The text of `balancer.yaml` that was last in force. */
  settings: z.string().optional(),
  /** The text of `drains.yaml` that was last in force. */
  drains: z.string().optional(),
  view: z.array(
    z.object({
      slot: z.string(),
      podName: z.string(),
      podUid: z.string(),
      address: z.string(),
      ready: z.boolean(),
      serving: z.boolean(),
      terminating: z.boolean(),
    }),
  ),
});

/** What a sidecar last knew of its pool. */
export interface KnownState {
  readonly settings?: string | undefined;
  readonly drains?: string | undefined;
  readonly view: PoolView;
}

/**
 * Keeps what the API server last said on the pod's emptyDir, so that a sidecar that restarts while the API server is away serves
 * again (guarantee G9).
 */
export interface LastState {
  /** Undefined when there is none, or none of this pod that can be read. */
  load(): Promise<KnownState | undefined>;
  /** Will be written soon. */
  put(state: KnownState): void;
  /** Writes what was put until the signal aborts, then once more. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** What belongs together comes together: the first pods and the first settings of a new sidecar, the moves of a rollout. */
const gatherMilliseconds = 100;
/** A pool that changes all the time must not wear the disk out. */
const minPauseMilliseconds = 1000;

export function createLastState(options: {
  readonly folder: string;
  readonly podUid: string;
  readonly clock: Clock;
  readonly logger: Logger;
}): LastState {
  const { podUid, clock, logger } = options;
  const path = join(options.folder, 'last-state.json');
  let pending: KnownState | undefined;
  let written = '';
  let wake = (): void => {};

  async function write(): Promise<void> {
    if (pending === undefined) return;
    const text = JSON.stringify({ podUid, ...pending });
    pending = undefined;
    if (text === written) return;
    try {
      await writeFileAtomically(path, text);
      written = text;
    } catch (error) {
      logger.warn(
        { path, err: error },
        'Could not save the state of the pool; a restart without the API server would not serve',
      );
    }
  }

  /** Until something is put, or the end. */
  function news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      if (pending !== undefined || signal.aborted) wake();
    });
  }

  return {
    load: async () => {
      try {
        const text = await readFileIfAny(path);
        if (text === undefined) return undefined;
        const content = Content.parse(JSON.parse(text));
        return content.podUid === podUid
          ? { settings: content.settings, drains: content.drains, view: content.view }
          : undefined;
      } catch (error) {
        logger.warn({ path, err: error }, 'Ignored the saved state of the pool: it cannot be read');
        return undefined;
      }
    },
    put: (state) => {
      pending = state;
      wake();
    },
    run: async (signal) => {
      while (!signal.aborted) {
        await news(signal);
        await clock.sleep(gatherMilliseconds, signal);
        await write();
        await clock.sleep(minPauseMilliseconds, signal);
      }
      await write();
    },
  };
}
