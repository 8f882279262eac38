/** A request of one pool, as far as its order matters. */
export interface Step {
  /** The same for the same step of every pool, such as `POST services #2`. */
  readonly step: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Cuts each pool's requests into waves: all of one wave are sent at the same time, the next wave when they are answered. A request
 * waits for another only if it did so in every recorded pool: what merely happened to follow counts as simultaneous. So a replay is
 * never more patient than the client that was recorded.
 *
 * @param pools the requests of each pool
 */
export function wavesOf<T extends Step>(pools: readonly (readonly T[])[]): T[][][] {
  const impatient = new Set(pools.flatMap(impatientPairs));
  return pools.map((steps) => {
    const waves: T[][] = [];
    const waveOf = new Map<T, number>();
    for (const step of steps.toSorted((a, b) => a.startedAt - b.startedAt)) {
      const waitsFor = [...waveOf].filter(([earlier]) => !impatient.has(pairOf(step, earlier)));
      const wave = Math.max(-1, ...waitsFor.map(([, of]) => of)) + 1;
      waveOf.set(step, wave);
      (waves[wave] ??= []).push(step);
    }
    return waves;
  });
}

/** Steps that were sent before the other one was answered. */
function impatientPairs(steps: readonly Step[]): string[] {
  return steps.flatMap((step) =>
    steps.filter((other) => other !== step && step.startedAt < other.endedAt).map((other) => pairOf(step, other)),
  );
}

function pairOf(step: Step, other: Step): string {
  return `${step.step} before the answer of ${other.step}`;
}
