import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `check` returns something other than undefined or false, asking every `intervalMilliseconds`; a check that throws counts
 * as "not yet". Throws after `milliseconds`, with the last error as the cause.
 */
export async function until<T>(
  what: string,
  milliseconds: number,
  check: () => T | Promise<T>,
  intervalMilliseconds = 50,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + milliseconds;
  let cause: unknown;
  for (;;) {
    try {
      const result = await check();
      if (isResult(result)) return result;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      const last = cause instanceof Error ? ` (last error: ${cause.message})` : '';
      throw new Error(`waited ${milliseconds / 1000} s in vain for: ${what}${last}`, { cause });
    }
    await sleep(intervalMilliseconds);
  }
}

/** Waits until what `look` returns `holds`, and returns it. Throws after `milliseconds`, with what it saw last. */
export function untilSeen<T extends object | string | number>(
  what: string,
  milliseconds: number,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  intervalMilliseconds?: number,
): Promise<T> {
  const check = async (): Promise<{ seen: T }> => {
    const seen = await look();
    if (holds(seen)) return { seen };
    throw new Error(`saw ${JSON.stringify(seen)}`);
  };
  return until(what, milliseconds, check, intervalMilliseconds).then(({ seen }) => seen);
}

function isResult<T>(value: T): value is Exclude<T, undefined | false> {
  return value !== undefined && value !== false;
}
