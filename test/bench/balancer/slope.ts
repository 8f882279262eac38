import { median } from '../figure.ts';

export interface Sample {
  readonly seconds: number;
  readonly value: number;
}

/**
 * Growth per second: the median of the slopes between all pairs (Theil–Sen). A line of least squares would follow the peaks between two
 * collections of garbage.
 */
export function slopePerSecond(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((one, index) =>
    samples
      .slice(index + 1)
      .filter(({ seconds }) => seconds > one.seconds)
      .map((other) => (other.value - one.value) / (other.seconds - one.seconds)),
  );
  return median(slopes);
}
