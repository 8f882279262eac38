import { until } from '../cluster/until.ts';

/** Waits for what must come within moments: below the test runner's own limit, so that a failure says what did not come. */
export function soon<T>(what: string, check: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
  return until(what, 4000, check, 5);
}
