import { systemClock } from '../kube/clock.ts';
import { parseArguments, usage } from './arguments.ts';
import { createJsonLogger } from './log/json-logger.ts';
import { openStandardOutput } from './log/standard-output.ts';
import { garbageCollector, keepMemorySmall, usedHeapBytes } from './memory/keep-small.ts';
import { createMetrics } from './metrics/text-metrics.ts';
import { checkInChild } from './static/check-in-child.ts';
import { runStaticMode } from './static/static-mode.ts';
import { stopSignals } from './stop-signals.ts';

/** Runs until the program is told to stop; gives the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const command = parseArguments(words);
  const program = process.argv[1] ?? '';
  const tryWrite = openStandardOutput();
  // A line that cannot be written now is lost.
  const logger = createJsonLogger(tryWrite, Date.now);
  const { stop, cut } = stopSignals((signal, handler) => process.on(signal, handler));
  // A mistake of ours in the work of one connection must not cut all others.
  process.on('uncaughtException', (error) => logger.fatal({ err: error }, 'Met an unexpected error and went on'));

  const parts = { clock: systemClock, random: Math.random, logger, tryWrite };
  const collect = garbageCollector();
  if (collect !== undefined) void keepMemorySmall({ clock: systemClock, heapBytes: usedHeapBytes, collect }, cut);

  switch (command.mode) {
    case 'Static':
      await runStaticMode(
        { ...parts, program, path: command.path, check: checkInChild(program), metrics: createMetrics() },
        stop,
        cut,
      );
      return 0;
    // The modules below are loaded only here, so that static mode does not carry them in memory.
    case 'Check': {
      const { printChecked } = await import('./config/print-checked.ts');
      const { pemProblems } = await import('./tls/pem-problems.ts');
      return printChecked(command.path, pemProblems);
    }
    case 'Kubernetes': {
      const { runKubernetesMode } = await import('./kubernetes.ts');
      await runKubernetesMode({ ...parts, program, env: process.env }, stop, cut);
      return 0;
    }
    case 'DataThread': {
      const { runThisThread } = await import('./threads/this-thread.ts');
      await runThisThread(parts);
      return 0;
    }
    case 'Help':
      process.stdout.write(usage);
      return 0;
    case 'Wrong':
      process.stderr.write(`${command.problem}\n${usage}`);
      return 2;
    default:
      return 2;
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
