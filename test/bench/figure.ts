/** One measured number, with the bound that it must keep. Absent bounds: the number is told, not judged. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** The value must not be above this. */
  readonly must?: number;
  /** What we aim at; missing it is no failure. */
  readonly aim?: number;
}

/** Prints a table for people, then one line of JSON per figure; the process fails when a figure is above its bound. */
export function report(title: string, figures: readonly Figure[]): void {
  process.stdout.write(`\n${title}\n`);
  const width = Math.max(...figures.map(({ figure }) => figure.length));
  for (const { figure, value, unit, must, aim } of figures) {
    const bound = must === undefined ? (aim === undefined ? '' : `(aim: at most ${aim})`) : `(at most ${must})`;
    process.stdout.write(`  ${figure.padEnd(width)}  ${String(rounded(value)).padStart(10)} ${unit}  ${bound}\n`);
  }
  process.stdout.write('\n');
  for (const figure of figures)
    process.stdout.write(`${JSON.stringify({ ...figure, value: rounded(figure.value) })}\n`);

  if (figures.some(({ value, must }) => must !== undefined && value > must)) process.exitCode = 1;
}

/** The middle of an odd number of values, the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle];
  const low = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (high === undefined || low === undefined) throw new Error('a median needs at least one value');
  return (high + low) / 2;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
