import { z } from 'zod';
import { isConfigCopyName } from '../names.ts';
import type { GoodRevision } from '../plan/observation.ts';

const Written = z.object({ revision: z.string().min(1), configCopy: z.string().refine(isConfigCopyName) });

/** Reads the annotation `last-good`. One that somebody damaged is none. */
export function readGoodRevision(text: string | undefined): GoodRevision | undefined {
  if (text === undefined) return undefined;
  try {
    return Written.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The annotation's text. */
export function printGoodRevision({ revision, configCopy }: GoodRevision): string {
  return JSON.stringify({ revision, configCopy });
}
