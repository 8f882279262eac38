import { existsSync, watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import { endingFileName } from './state-folder.ts';

/** A net under the notifications of the file system, of which a user gets only so many. */
const pollMilliseconds = 1000;

/** The hook's way to tell the sidecar that its pod ends. */
export interface EndingFile {
  /** Removes what an earlier process was told: the kubelet restarts no container of a pod that ends. */
  forget(): Promise<void>;
  exists(): boolean;
  /** Resolves when the file is there, or the signal aborts. Never rejects. */
  appears(signal: AbortSignal): Promise<void>;
}

export function endingFile(folder: string, clock: Clock, logger: Logger): EndingFile {
  const path = join(folder, endingFileName);
  const exists = (): boolean => existsSync(path);

  /** Calls `onNews` when the folder changes; gives what ends that. */
  function follow(onNews: () => void): () => void {
    const failed = (error: unknown): void => {
      logger.info({ folder, err: error }, 'Cannot be notified of the pod’s end; looks for it once a second instead');
    };
    try {
      const watcher = watch(folder, { persistent: false }, onNews);
      watcher.on('error', failed);
      return () => watcher.close();
    } catch (error) {
      failed(error);
      return () => {};
    }
  }

  return {
    forget: async () => {
      try {
        await rm(path, { force: true });
      } catch (error) {
        logger.warn({ path, err: error }, 'Could not remove the sign of an end that is over');
      }
    },
    exists,
    appears: async (signal) => {
      const found = new AbortController();
      const unfollow = follow(() => {
        if (exists()) found.abort();
      });
      const over = AbortSignal.any([signal, found.signal]);
      while (!exists() && !over.aborted) await clock.sleep(pollMilliseconds, over);
      unfollow();
    },
  };
}
