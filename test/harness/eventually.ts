import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again until the answer is not undefined or false, at most `seconds`. The error names what was waited for and the last error.
 * This is the only way tests wait: for a condition, with a deadline.
 */
export async function eventually<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined | false>,
  everyMilliseconds = 250,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await sleep(everyMilliseconds);
  }
  const because = lastError instanceof Error ? `: ${lastError.message}` : '';
  throw new Error(`waited ${seconds} s in vain: ${what}${because}`);
}

/** The same until what `look` returns `holds`: the error shows what it saw last. */
export async function eventuallySeen<T>(
  what: string,
  seconds: number,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
): Promise<T> {
  const { seen: held } = await eventually(what, seconds, async () => {
    const seen = await look();
    if (holds(seen)) return { seen };
    throw new Error(`last seen: ${JSON.stringify(seen)}`);
  });
  return held;
}
