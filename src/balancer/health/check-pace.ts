/** Checks per second that one balancer sends, and (as each balancer of a pool checks every backend) that one backend gets. */
const checksPerSecond = 20;

/** How many targets may be asked once an interval, and no more than that rate comes of it. */
export function targetsPerInterval(intervalMilliseconds: number): number {
  return (checksPerSecond * intervalMilliseconds) / 1000;
}

/** Part of the interval by which checks come earlier, at most, so that balancers do not check in step. */
const jitter = 0.2;

/**
 * Time to the next check of one target: the configured interval while the pool is small, longer as it grows, so that the rate stays
 * below 20 per second.
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function checkDelayMilliseconds(intervalMilliseconds: number, targets: number, random: number): number {
  const shortest = (targets * 1000) / checksPerSecond;
  return Math.max(intervalMilliseconds * (1 - jitter * random), shortest * (1 + jitter * random));
}
