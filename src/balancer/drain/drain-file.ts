import { join } from 'node:path';
import type { Logger } from '../../kube/logger.ts';
import * as z from 'zod';
import { readFileIfAny, writeFileAtomically } from '../state/atomic-file.ts';
import { type DrainState, notDraining } from './drain-state.ts';

const Content = z.object({
  podUid: z.string(),
  ordered: z.object({ since: z.number(), deadlineSeconds: z.number().nullable(), order: z.number() }).optional(),
  ending: z.object({ since: z.number(), sure: z.boolean() }).optional(),
});

/** Keeps on the pod's emptyDir since when it drains, so that no deadline starts again with the sidecar. */
export interface DrainFile {
  /** What the process before this one wrote; not draining when there is none, or none of this pod that can be read. */
  load(): Promise<DrainState>;
  /** Writes it, the newest last. Never rejects. */
  save(state: DrainState): Promise<void>;
}

export function drainFile(folder: string, podUid: string, logger: Logger): DrainFile {
  const path = join(folder, 'drain.json');
  let lastWrite = Promise.resolve();

  async function write(state: DrainState): Promise<void> {
    try {
      await writeFileAtomically(path, JSON.stringify({ podUid, ...state }));
    } catch (error) {
      logger.warn({ path, err: error }, 'Could not save since when this pod drains; a restart would begin anew');
    }
  }

  return {
    load: async () => {
      try {
        const text = await readFileIfAny(path);
        if (text === undefined) return notDraining;
        const { ordered, ending, ...content } = Content.parse(JSON.parse(text));
        return content.podUid === podUid ? { ordered, ending } : notDraining;
      } catch (error) {
        logger.warn({ path, err: error }, 'Ignored the file that says since when this pod drains: it cannot be read');
        return notDraining;
      }
    },
    save: (state) => {
      // One after the other: they share a temporary file.
      lastWrite = lastWrite.then(() => write(state));
      return lastWrite;
    },
  };
}
