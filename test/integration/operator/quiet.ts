import { until } from '../../cluster/until.ts';
import { waitMilliseconds } from './cluster.ts';

/** Waits until no more requests come for so long, and returns those that came before: the last Events are sent after the last status. */
export async function untilQuiet(
  milliseconds: number,
  requests: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  let seen: readonly string[] = [];
  let since = performance.now();
  return until(`${milliseconds} ms without a request`, waitMilliseconds, async () => {
    const now = await requests();
    if (now.length !== seen.length) since = performance.now();
    seen = now;
    if (performance.now() - since >= milliseconds) return now;
    throw new Error(`the last one was ${now.at(-1)}`);
  });
}
