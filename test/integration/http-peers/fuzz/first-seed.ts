/** Any number. Without one, a run takes another each time, so that over time more is tried; what must be repeatable takes the same. */
export function firstSeedOf({ FUZZ_SEED, CI }: NodeJS.ProcessEnv): number {
  if (FUZZ_SEED !== undefined) return Number(FUZZ_SEED);
  return CI === undefined || CI === '' ? Date.now() % 1_000_000_000 : 1;
}
