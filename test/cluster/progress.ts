/** Where a person reads how far a long step is; stderr, so that stdout stays for results. */
const out = process.stderr;
const startedAt = performance.now();

/** One line with the time since the program started. */
export function say(text: string): void {
  out.write(`${clearLine()}${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

export interface LongStep {
  /** Replaces what the ticking line says about the step's state. */
  note(text: string): void;
}

/**
 * Runs `work` and says, every 5 s (every second on a terminal), that it is still running, for how long, and what it does at the moment.
 * `estimateSeconds` is what the step took on two cores; it is printed as "about", never used as a limit.
 */
export async function longStep<T>(
  label: string,
  estimateSeconds: number,
  work: (step: LongStep) => Promise<T>,
): Promise<T> {
  const begin = performance.now();
  let state = '';
  const line = () => {
    const seconds = (performance.now() - begin) / 1000;
    const estimate = estimateSeconds > 5 ? ` of about ${formatSeconds(estimateSeconds)}` : '';
    return `${label}: ${formatSeconds(seconds)}${estimate}${state && `, ${state}`}`;
  };
  const ticker = setInterval(
    () => (out.isTTY ? out.write(`${clearLine()}${line()}`) : say(line())),
    out.isTTY ? 1000 : 5000,
  );
  try {
    const result = await work({ note: (text) => (state = text) });
    say(`${label}: done in ${formatSeconds((performance.now() - begin) / 1000)}`);
    return result;
  } finally {
    clearInterval(ticker);
    out.write(clearLine());
  }
}

/** `42 s`, `6 min 07 s`; tenths below ten seconds. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

function clearLine(): string {
  return out.isTTY ? '\r\u001B[K' : '';
}
