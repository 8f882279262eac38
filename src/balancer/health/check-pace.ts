/** Checks per second that one balancer sends, and (as each balancer of a pool checks every backend) that one backend gets. */
const checksPerSecond = 20;

/** Part of the interval by which each check is moved, so that balancers do not check in step. */
const jitter = 0.1;

/**
 * Time to the next check of one target: the configured interval while the pool is small, longer as it grows, so that the rate stays
 * below 20 per second.
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function checkDelayMilliseconds(intervalMilliseconds: number, targets: number, random: number): number {
  const base = Math.max(intervalMilliseconds, (targets * 1000) / checksPerSecond);
  return base * (1 - jitter + 2 * jitter * random);
}
