import { readFile } from 'node:fs/promises';
import type { Clock } from '../../kube/clock.ts';

export type ReadText = (path: string) => Promise<string>;

const readText: ReadText = (path) => readFile(path, 'utf8');

export interface FileWatch {
  readonly path: string;
  readonly clock: Clock;
  readonly intervalMilliseconds: number;
  /** The text that is in force. */
  readonly known: string;
  readonly onChange: (text: string) => Promise<void>;
  readonly read?: ReadText;
}

/**
 * Reads a small file again and again and reports each new text, until `signal` aborts. Note: reading beats file notifications here,
 * which miss renames, links that move (as in a mounted ConfigMap) and network file systems. A file that cannot be read now, or is
 * empty because someone is just writing it, is left for the next time.
 */
export async function watchFile(watch: FileWatch, signal: AbortSignal): Promise<void> {
  const { path, clock, intervalMilliseconds, onChange, read = readText } = watch;
  let known = watch.known;
  while (!signal.aborted) {
    await clock.sleep(intervalMilliseconds, signal);
    if (signal.aborted) return;
    const text = await read(path).catch(() => known);
    if (text === known || text.trim() === '') continue;
    known = text;
    await onChange(text);
  }
}
