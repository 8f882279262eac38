import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../kube/logger.ts';
import { readFileIfAny, writeFileAtomically } from '../state/atomic-file.ts';

/** Remembers over restarts of the sidecar that this pod's gateway was let through. */
export interface SeatMarker {
  /** Whether the seat was taken for this pod. An unreadable marker counts as none. */
  isSet(): Promise<boolean>;
  /** Durable once it resolves. */
  set(): Promise<void>;
  /** As if it had never been set. */
  clear(): Promise<void>;
}

/** The file `seat` on the pod's emptyDir: it holds the pod's UID, lives as long as the pod, and nobody else writes it. */
export function fileMarker(folder: string, podUid: string, logger: Logger): SeatMarker {
  const path = join(folder, 'seat');
  return {
    isSet: async () => {
      try {
        const content = (await readFileIfAny(path))?.trim();
        if (content === undefined) return false;
        if (content !== podUid) logger.warn({ path, podUid, content }, 'Ignored the seat marker of another pod');
        return content === podUid;
      } catch (error) {
        logger.warn({ path, err: error }, 'Could not read the seat marker, so the seat is asked for again');
        return false;
      }
    },
    set: () => writeFileAtomically(path, `${podUid}\n`),
    clear: () => rm(path, { force: true }),
  };
}
