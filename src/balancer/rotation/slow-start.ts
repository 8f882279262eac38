/** The share a backend starts with: enough to show soon whether it works. */
const smallestWeight = 0.1;

/**
 * The weight of a backend that came back `sinceMilliseconds` ago: grows in a straight line to 1 over the slow start. A backend that is
 * seen for the first time is not slowed: a pool that fills, or grows, is spread evenly from the first session on.
 */
export function slowStartWeight(
  returnedAtMilliseconds: number | undefined,
  slowStartSeconds: number,
  nowMilliseconds: number,
): number {
  if (returnedAtMilliseconds === undefined || slowStartSeconds <= 0) return 1;
  const grown = (nowMilliseconds - returnedAtMilliseconds) / (slowStartSeconds * 1000);
  return Math.min(1, Math.max(smallestWeight, grown));
}
