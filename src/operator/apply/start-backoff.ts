const firstMilliseconds = 5000;
const longestMilliseconds = 300_000;

/** How long to wait after the API server refused a start: a quota may be raised, but hardly within a second. */
export function startBackoffMilliseconds(refusedBefore: number): number {
  return Math.min(firstMilliseconds * 2 ** refusedBefore, longestMilliseconds);
}
