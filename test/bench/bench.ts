/** Registers what has to be ended when the bench ends; the last one registered is ended first. */
export type OnEnd = (end: () => Promise<void> | void) => void;

/**
 * Runs a bench to its end and cleans up after it, however it ends: a result, an error, Ctrl-C, or the deadline. The exit code is 1 after
 * an error or a missed bound, 130 after Ctrl-C.
 */
export async function runBench(deadlineSeconds: number, bench: (onEnd: OnEnd) => Promise<void>): Promise<void> {
  const ends: (() => Promise<void> | void)[] = [];
  let cleaning: Promise<void> | undefined;
  const cleanUp = () => {
    cleaning ??= endAll(ends);
    return cleaning;
  };
  const stopEarly = (why: string, code: number) => {
    process.stderr.write(`\n${why}: cleaning up\n`);
    void cleanUp().finally(() => process.exit(code));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopEarly(signal, 130));
  const deadline = setTimeout(() => stopEarly(`Not done after ${deadlineSeconds} s`, 1), deadlineSeconds * 1000);

  try {
    await bench((end) => ends.push(end));
  } catch (error) {
    // After an interruption everything fails; that is no news.
    if (cleaning === undefined) {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = 1;
    }
  }
  clearTimeout(deadline);
  await cleanUp();
}

async function endAll(ends: readonly (() => Promise<void> | void)[]): Promise<void> {
  for (const end of ends.toReversed()) {
    try {
      await end();
    } catch (error) {
      process.stderr.write(`Could not clean up: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
